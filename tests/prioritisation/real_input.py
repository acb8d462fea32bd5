"""Data that nobody here wrote, as sheets for `import_ratings`.

`python -m tests.prioritisation.real_input iris > iris.csv` (or msword); docs/import.md tells what
the mappings mean. The data lies beside the repository, in ../shared/data.
"""

import csv
import io
import json
import re
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SHEETS = {}


def sheet(function):
    SHEETS[function.__name__] = function
    return function


@sheet
def iris():
    """82 open requests; thumbs-up counts are ratings by the users, a point more a doubling."""
    votes = json.loads((DATA / "iris" / "voted-issues.json").read_text())["data"]
    rows = [["external_id", "title", "rating:Iris users"]]
    for count, link, _author, title in votes:
        rows.append([re.search(r"#\d+", link)[0], title, rating_of_votes(count)])
    return _csv(rows)


def rating_of_votes(count):
    """1 for one vote, 2 from two on, 3 from four, 4 from eight, 5 from sixteen."""
    return min(count.bit_length(), 5)


@sheet
def msword():
    """50 features, values 1–9 by four stakeholders: for `--from-scale 1..9`."""
    costs = {feature: cost for feature, cost, *_rest in _piped("requirements.csv")}
    rows = [["external_id", "title", "effort", *(f"rating:Stakeholder {n}" for n in (1, 2, 3, 4))]]
    for feature, *values in _piped("value.csv"):
        rows.append([feature, feature, costs[feature], *values])
    return _csv(rows)


def stakeholder_weights():
    return [int(weight) for (weight,) in _piped("stakeholders.csv")]


def _piped(name):
    lines = (DATA / "msword" / name).read_text().splitlines()
    return [[cell.strip() for cell in line.split("|")] for line in lines if line.strip()]


def _csv(rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


if __name__ == "__main__":
    sys.stdout.write(SHEETS[sys.argv[1]]())
