#!/usr/bin/env python
import os
import sys
from pathlib import Path

from config import command_line, secrets

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["up"] and not os.environ.get("SECRET_KEY"):
        # The settings can't be read without a key, so it is made before `up` is looked for.
        data_dir = os.environ.get("DATA_DIR") or Path(__file__).resolve().parent / ".data"
        secrets.read_or_create(Path(data_dir) / "secret_key")
    command_line.run(sys.argv)
