"""Every worked example, through the API, the database and a real worker, to 4 decimals."""

import json
from pathlib import Path

import pytest
from rest_framework.test import APIClient

from accounts.models import Token
from tests.cast import user

REFERENCES = sorted((Path(__file__).parents[1] / "reference").glob("*.json"))


@pytest.fixture
def client(transactional_db):
    text = Token.objects.issue(name="t", user=user("alice"))[1]
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def describe(client, example):
    """POST the example's product; return its key, ids of personas and requirements, last change."""
    send = Sender(client)
    key = send("post", "products/", {"name": example["name"]}).json()["key"]
    if example["policy"]:
        figures = {name: float(value) for name, value in example["policy"].items()}
        send("patch", f"products/{key}/policy/", figures, HTTP_IF_MATCH='"1"')
    personas, requirements, ratings = {}, {}, []
    for given in example["personas"]:
        fields = {
            name: given[name] for name in ("kind", "headcount", "importance") if name in given
        }
        made = send("post", "personas/", {"product": key, "name": given["id"]} | fields).json()
        personas[given["id"]] = made["id"]
        if "latest_reading" in given:
            reading = {"persona": made["id"], "observed_on": "2026-11-01"}
            send("post", "adoption-readings/", reading | given["latest_reading"])
    for given in example["requirements"]:
        fields = {name: given[name] for name in ("title", "effort", "status") if name in given}
        made = send("post", "requirements/", {"product": key} | fields).json()
        requirements[given["id"]] = made["id"]
        ratings += [
            one | {"requirement": made["id"], "persona": personas[one["persona"]], "source": str(n)}
            for n, one in enumerate(given["ratings"])
        ]
    last = send("post", f"products/{key}/ratings/", ratings)
    return key, personas, requirements, last["Userward-Change"]


class Sender:
    def __init__(self, client):
        self.client = client

    def __call__(self, method, path, body, **headers):
        answer = getattr(self.client, method)(f"/api/v1/{path}", body, format="json", **headers)
        assert answer.status_code in (200, 201), answer.content
        return answer


def test_worked_examples_are_read_back_to_4_decimals(client, worker, subtests):
    """One worker for all: it takes longer to start than to score."""
    assert len(REFERENCES) == 5
    for path in REFERENCES:
        with subtests.test(path.stem):
            example = json.loads(path.read_text())
            key, personas, requirements, change = describe(client, example)
            found = read_rows(client, key, change)
            check_people(client, key, personas, example["expected"])
            for row in example["expected"]["rows"]:
                check_row(found[requirements[row["id"]]], row, personas)


def read_rows(client, key, change):
    """Requirement id → result, once the worker has scored what `change` wrote."""
    ranking = f"/api/v1/products/{key}/ranking/?ranked=false"
    answer = client.get(f"{ranking}&after={change}").json()
    assert answer["stale"] is False
    shipped = client.get(f"{ranking}&status=shipped").json()
    return {one["requirement"]["id"]: one for one in answer["results"] + shipped["results"]}


def check_people(client, key, personas, expected):
    people = client.get(f"/api/v1/personas/?product={key}").json()["results"]
    for name, weight in expected["weights"].items():
        assert close(person(people, personas[name])["weight"], weight, 1e-6)
    for name, adoption in expected["adoption"].items():
        assert close(person(people, personas[name])["adoption"], adoption)


def check_row(result, row, personas):
    assert (result["rank"], result["effort_rank"]) == (row["rank"], row["effort_rank"])
    for name in ("score", "low", "high", "reach", "answered", "value_for_effort"):
        assert close(result[name], row[name]), (row["id"], name, result[name], row[name])
    adds = {part["persona"]: part["points"] for part in result["contributions"]}
    for name, points in row["contributions"].items():
        # Each of the reference's is rounded by itself; ours add up exactly to the score.
        assert close(adds[personas[name]], points, 1.001e-4), (row["id"], name)
    assert round(sum(adds.values()), 4) == result["score"]
    lost = {part["persona"]: part["points"] for part in result["unrealised"]}
    for name, points in row["unrealised"].items():
        assert close(lost[personas[name]], points)


def person(people, pk):
    return next(one for one in people if one["id"] == pk)


def close(found, expected, within=5.001e-5):
    if expected is None or found is None:
        return found is expected
    return abs(found - float(expected)) <= within
