"""The main job on data that nobody here wrote: imported, scored, read back, worked by hand."""

from collections import Counter
from itertools import permutations

import pytest
from django.core.management import call_command
from django.test import Client

from personas.models import Persona
from prioritisation.pipeline.rescoring import rescore
from products.services import create_product
from tests.imports import real_input


def imported(product, owner, sheet, tmp_path, *options):
    """Import the sheet by the command, rescore, and read the ranking back through the API."""
    path = tmp_path / "sheet.csv"
    path.write_text(sheet)
    call_command(
        "import_ratings", str(path), "--product", product.key, "--basis", "asked", *options
    )
    rescore(product.pk)
    client = Client()
    client.force_login(owner)
    ranking = client.get(f"/api/v1/products/{product.key}/ranking/").json()
    assert (ranking["stale"], ranking["next"]) == (False, None)
    return ranking["results"]


@pytest.fixture
def iris(alice, tmp_path):
    product = create_product(name="Iris", owner=alice)
    Persona.objects.create(product=product, name="Iris users", kind="end_user")
    return imported(product, alice, real_input.iris(), tmp_path)


def test_82_requests_of_iris_rank_by_their_votes(iris):
    """One end user, nobody else: λ = 1 and s = 1, so score = 100 · 0.8 · value / 5 = 16 · value."""
    found = Counter((row["rank"], row["score"]) for row in iris)

    # 2 requests have 8 to 15 votes (15 and 14), 20 have 4 to 7, 18 have 2 or 3, 42 have 1.
    assert found == {(1, 64.0): 2, (3, 48.0): 20, (23, 32.0): 18, (41, 16.0): 42}
    # Asked: 0.8 is known, so each may be 20 points off, both ways.
    assert {(row["score"] - row["low"], row["high"] - row["score"]) for row in iris} == {(20, 20)}


def test_the_order_of_iris_never_contradicts_its_votes(iris):
    votes = real_input.votes()

    assert len(iris) == len(votes) == 82
    score = {row["requirement"]["external_id"]: row["score"] for row in iris}
    for one, other in permutations(votes, 2):
        if votes[one] >= votes[other]:
            assert score[one] >= score[other]
    assert {votes[row["requirement"]["external_id"]] for row in iris[:2]} == {15, 14}


@pytest.fixture
def msword(alice, tmp_path):
    product = create_product(name="Word", owner=alice)
    for n, weight in enumerate(real_input.MSWORD_WEIGHTS, start=1):
        Persona.objects.create(
            product=product, name=f"Stakeholder {n}", kind="end_user", importance=weight
        )
    return imported(product, alice, real_input.msword(), tmp_path, "--from-scale", "1..9")


def test_50_features_of_msword_score_as_worked_by_hand(msword):
    """Four end users, importance 9, 3, 5, 7 of 24: score = 16 · (9a + 3b + 5c + 7d) / 24.

    1…9 become 0 1 1 2 3 3 4 4 5, all known to 0.8.
    """
    rows = {row["requirement"]["external_id"]: row for row in msword}
    by_hand = {
        "File-1": 74.0,  # 8 9 9 9 → 4 5 5 5: 111
        "File-3": 50.6667,  # 8 9 9 1 → 4 5 5 0: 76
        "File-8": 70.0,  # 7 5 9 9 → 4 3 5 5: 105
        "Tools-1": 65.3333,  # 7 6 9 8 → 4 3 5 4: 98
        "Insert-2": 61.3333,  # 5 7 9 7 → 3 4 5 4: 92
        "Data-5": 32.6667,  # 3 5 4 6 → 1 3 2 3: 49
        "Help-2": 38.6667,  # 1 7 9 6 → 0 4 5 3: 58
        "Format-5": 8.0,  # 1 1 2 2 → 0 0 1 1: 12
    }

    assert len(rows) == 50
    assert {name: rows[name]["score"] for name in by_hand} == by_hand
    # 74 points for a cost of 66.
    assert rows["File-1"]["value_for_effort"] == pytest.approx(74 / 66, abs=1e-4)
    # 16/24 of 36, 15, 25 and 35: they add up to 74 exactly.
    assert {part["name"]: part["points"] for part in rows["File-1"]["contributions"]} == {
        "Stakeholder 1": 24.0,
        "Stakeholder 2": 10.0,
        "Stakeholder 3": 16.6667,
        "Stakeholder 4": 23.3333,
    }


def test_the_first_features_of_msword_are_those_of_the_hand_computation(msword):
    first = [(row["rank"], row["requirement"]["external_id"]) for row in msword[:10]]

    assert first[:7] == [
        (1, "File-1"),
        (1, "File-2"),
        (1, "File-4"),
        (1, "File-9"),
        (5, "File-8"),
        (6, "Tools-1"),
        (7, "Insert-2"),
    ]
    # 6 5 9 8 and 6 6 9 8 → 3 3 5 4: 89, so 59.3333 thrice.
    assert first[7:] == [(8, "Edit-1"), (8, "Edit-3"), (8, "Edit-4")]


def test_no_feature_of_msword_stands_above_one_that_everybody_values_more(msword):
    values = real_input.values()
    score = {row["requirement"]["external_id"]: row["score"] for row in msword}

    dominated = 0
    for one, other in permutations(values, 2):
        if all(a >= b for a, b in zip(values[one], values[other], strict=True)):
            dominated += 1
            assert score[one] >= score[other]
    assert dominated > 300


@pytest.mark.parametrize("name", real_input.SHEETS)
def test_a_second_import_of_real_data_changes_nothing(alice, tmp_path, name, capsys, request):
    request.getfixturevalue(name)
    path = tmp_path / "sheet.csv"
    scale = ["--from-scale", "1..9"] if name == "msword" else []
    key = {"iris": "IRIS", "msword": "WORD"}[name]
    capsys.readouterr()

    call_command("import_ratings", str(path), "--product", key, "--basis", "asked", *scale)

    rows = {"iris": 82, "msword": 50}[name]
    assert capsys.readouterr().out == f"{key}: 0 new, 0 changed, {rows} unchanged; 0 ratings\n"
