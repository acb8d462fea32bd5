"""requirements*.txt: everything pinned by hashes, nothing told of the machine that made them."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]


def pins(name):
    """{package: its possible versions}; numpy has one a range of Pythons."""
    found = {}
    for line in re.findall(r"^[a-z].*==.*$", (ROOT / name).read_text(), re.MULTILINE):
        package, version = re.split("==|[ ;]", line)[:2]
        found.setdefault(package, set()).add(version)
    return found


def asked_for(name):
    lines = [line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_what_is_asked_for_is_pinned(name):
    pinned = pins(f"{name}.txt")

    for wish in asked_for(f"{name}.in"):
        versions = pinned[canonicalize_name(wish.name)]
        assert all(wish.specifier.contains(version) for version in versions), wish


def test_what_tests_shares_the_pins_of_what_runs():
    runs, tests = pins("requirements.txt"), pins("requirements-dev.txt")

    assert [name for name in runs.keys() & tests.keys() if not tests[name] <= runs[name]] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_each_line_is_a_pin_a_hash_or_a_reason(name):
    """So: no address of a registry, and no path of a machine."""
    kinds = (
        r"[a-z0-9-]+==[0-9a-z.]+( ; .+)? \\",
        r"    --hash=sha256:[0-9a-f]{64}( \\)?",
        r"    # via( -r requirements(-dev)?\.in| [a-z0-9-]+)?",
        r"    #   (-r requirements(-dev)?\.in|-c requirements\.txt|[a-z0-9-]+)",
    )
    lines = (ROOT / name).read_text().splitlines()

    assert [line for line in lines if not any(re.fullmatch(kind, line) for kind in kinds)] == []
