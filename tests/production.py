"""`python -m tests.production COMMAND …`: a manage.py command under production settings.

Over throw-away servers, so that `make lint` needs none and touches nobody's data.
"""

import os
import sys

from django.core.management import execute_from_command_line

import tests.servers  # noqa: F401  starts them

if __name__ == "__main__":
    for name in ("STATICFILES_STORAGE", "WHITENOISE_USE_FINDERS"):
        del os.environ[name]
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ALLOWED_HOSTS": "userward.example",
        "HTTPS": "true",
        "DEBUG": "false",
    }
    execute_from_command_line(["manage.py", *sys.argv[1:]])
