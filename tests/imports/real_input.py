"""Figures that nobody here made up, as sheets for `import_ratings`; the titles are our own.

`python -m tests.prioritisation.real_input iris > iris.csv` (or msword); docs/import.md tells where
the figures in tests/data come from and what the mappings mean.
"""

import csv
import io
import sys
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"
#: of the four stakeholders
MSWORD_WEIGHTS = (9, 3, 5, 7)
SHEETS = {}


def sheet(function):
    SHEETS[function.__name__] = function
    return function


@sheet
def iris():
    """82 open requests; thumbs-up counts are ratings by the users, a point more a doubling."""
    rows = [["external_id", "title", "rating:Iris users"]]
    for name, count in votes().items():
        rows.append([name, f"Request {name.removeprefix('#')}", rating_of_votes(count)])
    return _csv(rows)


def votes():
    """Request → its number of votes."""
    return {f"#{issue}": int(count) for issue, count in _figures("iris.csv")}


def rating_of_votes(count):
    """1 for one vote, 2 from two on, 3 from four, 4 from eight, 5 from sixteen."""
    return min(count.bit_length(), 5)


@sheet
def msword():
    """50 features, values 1–9 by four stakeholders: for `--from-scale 1..9`."""
    rows = [["external_id", "title", "effort", *(f"rating:Stakeholder {n}" for n in (1, 2, 3, 4))]]
    for number, (name, *figures) in enumerate(_figures("msword.csv"), start=1):
        rows.append([name, f"Feature {number}", *figures])
    return _csv(rows)


def values():
    """Feature → what it is worth to each of the four stakeholders, 1–9."""
    return {name: list(map(int, worth)) for name, _cost, *worth in _figures("msword.csv")}


def _figures(name):
    """The rows of a table in tests/data, without its header."""
    return list(csv.reader((DATA / name).read_text().splitlines()))[1:]


def _csv(rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


if __name__ == "__main__":
    sys.stdout.write(SHEETS[sys.argv[1]]())
