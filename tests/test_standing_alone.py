"""The repository stands alone: what its files read and name is in it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
#: what a clone doesn't have: the lines of .gitignore, git's own folder (a file in a worktree)
NOT_OURS = {".git", *(line.strip("/") for line in (ROOT / ".gitignore").read_text().split())}
#: A letter in brackets keeps this file from finding itself.
OUTSIDE = {
    "a document beside the repository": r"DESIG[N]|FINDING[S]|UI_GUID[E]|CONVENTION[S]|\u00a7",
    "a path that climbs": r"\.\./\.[.]|\.\./share[d]|share[d]/(reference|data|ui)\b",
    "an issue": r"(?<!pytest-xdist )\b[Ii]ssue #?\d+\b",
    "somebody's folder": r"/(hom[e]|Users|wor[k]|roo[t])/\w|\btmp/u[w]\b",
}
FOLDERS = "accounts|config|docs|personas|prioritisation|products|static|templates|tests"
OF_OURS = re.compile(rf"(?<![\w/.])(?:{FOLDERS})/[\w/.-]+\.(?:py|md|js|css|html|json|csv|png)\b")
LINK = re.compile(r"\]\(([^)#:]+)\)")
CLIMBS = re.compile(r"parents\[(\d+)\]")


def our_files():
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        ignored = NOT_OURS.intersection(parts) or path.suffix == ".pyc"
        if path.is_file() and not ignored and path.suffix != ".png":
            yield path


def named_outside(path, text):
    """What this text, as the file at this path, reads or names that the repository hasn't."""
    for what, pattern in OUTSIDE.items():
        yield from (f"{what}: {found[0]}" for found in re.finditer(pattern, text))
    depth = len(path.relative_to(ROOT).parts)
    yield from (
        f"climbs out: {found[0]}" for found in CLIMBS.finditer(text) if int(found[1]) >= depth
    )
    named = {(ROOT, found[0]) for found in OF_OURS.finditer(text)}
    if path.suffix == ".md":
        named |= {(path.parent, found[1]) for found in LINK.finditer(text)}
    for base, name in sorted(named):
        if not (base / name).exists() and not (ROOT / "templates" / name).exists():
            yield f"isn't there: {name}"


def test_no_file_reads_or_names_what_is_outside():
    files = list(our_files())
    wrong = [
        f"{path.relative_to(ROOT)} names {what}"
        for path in files
        for what in named_outside(path, path.read_text())
    ]

    assert len(files) > 500
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("prioritisation/scoring/formula.py", '"""The score (DESI' + 'GN 3)."""'),
        ("prioritisation/presentation/formatting.py", "# FINDIN" + "GS say so"),
        ("config/settings.py", "# as \u00a7 4 has it"),
        ("docs/import.md", "It lies in `../shar" + "ed/data`."),
        ("docs/import.md", "[the formula](gone.md)"),
        ("README.md", "[pictures](go" + "ne.png)"),
        ("tests/api/conftest.py", "Path(__file__).parents[" + "3]"),
        ("tests/api/conftest.py", "# see docs/go" + "ne.md"),
        ("static/app.js", "// issu" + "e 9: later"),
        ("Makefile", "cd /ho" + "me/alice/userward"),
    ],
)
def test_the_control_what_is_outside_is_found(path, text):
    assert len(list(named_outside(ROOT / path, text))) == 1


def test_the_control_what_is_inside_may_be_named():
    text = "docs/score.md, accounts/account.html, [README](../README.md), issues of theirs"

    assert list(named_outside(ROOT / "docs/import.md", text)) == []
    assert list(named_outside(ROOT / "tests/api/conftest.py", "parents" + "[2]")) == []
