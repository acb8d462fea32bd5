"""`make sbom` lists what is shipped, and that alone."""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^ ;\\]+)", re.MULTILINE)


def test_the_list_of_what_is_shipped_names_every_pin(tmp_path):
    made = tmp_path / "sbom.json"
    words = re.search(r"\$\(BIN\)/cyclonedx-py (.*)", (ROOT / "Makefile").read_text())[1].split()
    words[words.index("-o") + 1] = str(made)
    subprocess.run([Path(sys.executable).with_name("cyclonedx-py"), *words], check=True, cwd=ROOT)

    listed = json.loads(made.read_text())

    assert listed["bomFormat"] == "CycloneDX"
    assert listed["metadata"]["component"]["name"] == "userward"
    pins = set(PIN.findall((ROOT / "requirements.txt").read_text()))
    assert {(one["name"], one["version"]) for one in listed["components"]} == pins
    assert len(pins) > 30
