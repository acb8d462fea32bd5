"""Schemathesis asks the running site what its schema allows, and what it forbids.

SCHEMATHESIS_EXAMPLES=100 asks for so many examples of each operation, instead of one.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from accounts.models import Token, User
from personas.models import AdoptionReading
from products.roles import Role
from tests import crawling
from tests.cast import join, rota, scenario

PROGRAM = Path(sys.executable).with_name("schemathesis")
#: All checks, but for where one would misjudge what is documented.
CONFIGURATION = """
# Without If-Match we answer 428 (or 422, to a key that is known), and 412 to another version.
[checks.missing_required_header]
expected-statuses = ["428", "422"]
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "412", "415", "422", "428"]

# A schema can't say that a name is free, that more people have it than use it, or that the
# Idempotency-Key is a new one: a write that it allows may well be refused.
[[operations]]
include-method = ["POST", "PUT", "PATCH"]
[operations.checks]
positive_data_acceptance.enabled = false

# Nor that two requirements are both rated, by somebody who counts.
[[operations]]
include-operation-id = "compare_two_requirements"
[operations.checks]
positive_data_acceptance.enabled = false
"""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def told(site, transactional_db, tmp_path):
    """The file of the site's schema, with rows that are there where it allows any."""
    kept, doomed = crawling.cast(), full_product()
    with urlopen(f"{site}/api/v1/schema/?format=json") as answer:  # noqa: S310
        schema = json.load(answer)
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            # What is deleted isn't there for the others.
            rows = rows_of(doomed if method == "delete" and path.count("{") else kept)
            narrow(path, operation, rows)
    for component in ("NewRatingRequest", "BulkRatingRequest", "SupposedPersonaRequest"):
        fields = schema["components"]["schemas"][component]["properties"]
        for name in fields.keys() & {"persona", "requirement"}:
            fields[name] = {"enum": [rows_of(kept)[f"{name}s"]]}
    file = tmp_path / "schema.json"
    file.write_text(json.dumps(schema))
    return file


def full_product():
    """Another product of Alice's, with one of everything."""
    alice = User.objects.get(username="alice")
    made = rota(alice)
    join(made, User.objects.get(username="viewer"), Role.VIEWER.name)
    AdoptionReading.objects.create(
        product=made,
        persona=made.personas.get(name="Nurse"),
        observed_on="2026-11-01",
        installed=9,
        active=5,
    )
    scenario(made, by=alice)
    return made


def rows_of(product):
    """The word before an id in a path → the id."""
    requirement, nurse = product.requirements.get(number=1), product.personas.get(name="Nurse")
    return {
        "key": product.key,
        "members": product.memberships.get(role=Role.VIEWER).pk,
        "personas": nurse.pk,
        "requirements": requirement.pk,
        "ratings": requirement.ratings.get(persona=nurse).pk,
        "adoption-readings": nurse.readings.get().pk,
        "scenarios": product.scenarios.get().pk,
    }


def narrow(path, operation, rows):
    word = path.partition("/{id}")[0].rpartition("/")[2]
    values = {
        "id": rows.get(word),
        "key": rows["key"],
        "product": rows["key"],
        "persona": rows["personas"],
        "name": "invalid",
        "a": 1,
        "b": 2,
        "If-Match": "*",
    }
    # A cursor comes from an answer: one that is made up is refused, as tests of pages say.
    parameters = operation.get("parameters", [])
    operation["parameters"] = [one for one in parameters if one["name"] != "cursor"]
    for parameter in operation["parameters"]:
        value = values.get(parameter["name"])
        if value is not None:
            parameter["schema"] = {"type": parameter["schema"]["type"], "enum": [value]}


def test_the_site_does_what_its_schema_says(site, told, tmp_path):
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
    token = Token.objects.issue(name="test", user=User.objects.get(username="alice"))[1]
    examples = os.environ.get("SCHEMATHESIS_EXAMPLES", "1")
    done = subprocess.run(
        [
            PROGRAM,
            *["--config-file", tmp_path / "schemathesis.toml"],
            *["run", told, "--url", site, "--header", f"Authorization: Bearer {token}"],
            *["--phases", "coverage,fuzzing", "--mode", "all"],
            *["--max-examples", examples, "--seed", "1", "--no-shrink"],
            *["--generation-database", "none", "--continue-on-failure", "--no-color"],
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    print(done.stdout, done.stderr)  # noqa: T201
    assert done.returncode == 0
