"""A Python client made of the schema does the main job, typed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("main_job.py")
BIN = Path(sys.executable).parent

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments, **env):
    done = subprocess.run(
        [str(one) for one in arguments],
        env=os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"} | env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def test_a_python_client_does_the_main_job_typed(schema, told, worker, tmp_path):
    client = tmp_path / "userward_client"
    said = run(
        BIN / "openapi-python-client",
        "generate",
        f"--path={schema}",
        "--meta=none",
        f"--output-path={client}",
    )
    assert "Warning" not in said  # one tells of an operation that it left out

    checked = run(
        *[BIN / "mypy", "--strict", "--no-incremental", "--follow-imports=silent"],
        *["--config-file=", SCRIPT],
        MYPYPATH=str(tmp_path),
    )
    assert "Success" in checked
    run(sys.executable, SCRIPT, *told, PYTHONPATH=str(tmp_path))
