"""Scenarios over REST. The numbers: tests/weighting/test_scenarios.py."""

import pytest

from prioritisation.models import ProductChange, Scenario, ScoringPolicy
from prioritisation.pipeline.rescoring import rescore
from tests.cast import scenario

URL = "/api/v1/scenarios/"


@pytest.fixture
def scored(product):
    rescore(product.pk)
    return product


@pytest.fixture
def maya(as_user, scored):
    return as_user("maya")


def of_nurse(product, **given):
    return {"persona": product.personas.get(name="Nurse").pk, "name": "Nurse", **given}


WON = {"installed": 490, "active": 490, "worked_around": 0}


def test_a_scenario_is_made_read_ranked_changed_applied_and_deleted(scored, maya):
    body = {
        "product": "ROTA",
        "name": "Every nurse is won",
        "personas": [of_nurse(scored, reading=WON)],
    }
    made = maya.post(URL, body, format="json")

    assert made.status_code == 201
    assert (made.json()["end_user_say"], made.json()["version"]) == (None, 1)
    assert made.json()["personas"] == [of_nurse(scored, importance=None, reading=WON)]
    one = f"{URL}{made.json()['id']}/"
    assert maya.get(f"{URL}?product=ROTA").json()["results"] == [made.json()]
    ranking = maya.get(f"{one}ranking/").json()
    swap, sso = scored.requirements.values_list("pk", flat=True).order_by("number")[:2]
    assert ranking["differences"] == ["Nurse: 490 of 490 use it"]
    assert ranking["results"] == [
        {
            "requirement": swap,
            "key": "ROTA-1",
            "title": "Swap shifts in two taps",
            "rank": 1,
            "score": 87.9775,
            "rank_now": 1,
            "score_now": 86.875,
        },
        {
            "requirement": sso,
            "key": "ROTA-2",
            "title": "Single sign-on",
            "rank": 2,
            "score": 14.85,
            "rank_now": 2,
            "score_now": 7.5,
        },
    ]
    assert not ProductChange.objects.exists()

    changed = maya.patch(one, {"end_user_say": 0.7}, format="json", HTTP_IF_MATCH=made["ETag"])
    assert (changed.status_code, changed["ETag"]) == (200, '"2"')
    assert changed.json()["personas"] == made.json()["personas"]
    assert maya.post(f"{one}apply/").status_code == 428
    assert maya.post(f"{one}apply/", HTTP_IF_MATCH=made["ETag"]).status_code == 412
    applied = maya.post(f"{one}apply/", HTTP_IF_MATCH=changed["ETag"])
    assert applied.status_code == 204
    assert applied["Userward-Change"]
    rescore(scored.pk)
    # 70·1 + 30·0.2·0.9925 = 75.955, and 30·0.99 = 29.7.
    scores = [row["score"] for row in maya.get("/api/v1/products/ROTA/ranking/").json()["results"]]
    assert scores == [75.955, 29.7]
    assert maya.delete(one, HTTP_IF_MATCH=changed["ETag"]).status_code == 204
    assert not Scenario.objects.exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "THE HOSPITAL DECIDES"}, "name"),
        ({"end_user_say": 0.4}, "end_user_say"),
        ({"people_exponent": 0.7}, "people_exponent"),
        ({"end_user_say": "NaN"}, "end_user_say"),
        ({"personas": [{"persona": 0}]}, "personas.persona"),
        ({"personas": [{"persona": 0, "importance": "NaN"}]}, "personas.importance"),
        ({"personas": [{"persona": 0, "importance": 1001}]}, "personas.importance"),
        ({"personas": [{"importance": 1}]}, "personas.persona"),
        ({"personas": "all"}, "personas.non_field_errors"),
    ],
)
def test_what_cannot_be_is_told_by_field(scored, maya, alice, given, field):
    scenario(scored, by=alice)

    answer = maya.post(URL, {"product": "ROTA", "name": "Another"} | given, format="json")

    assert answer.status_code == 400
    assert field in str(answer.json()), answer.json()
    assert Scenario.objects.count() == 1


@pytest.mark.parametrize(
    "reading",
    [
        {"installed": 5, "active": 6},
        {"installed": 5, "active": 5, "worked_around": 6},
        {"installed": -1, "active": 0},
        {"installed": 5},
    ],
)
def test_a_supposed_reading_has_to_be_possible(scored, maya, reading):
    body = {"product": "ROTA", "name": "x", "personas": [of_nurse(scored, reading=reading)]}

    assert maya.post(URL, body, format="json").status_code == 400


def test_a_change_takes_a_supposed_persona_as_a_new_scenario_does(scored, maya, alice):
    row = scenario(scored, by=alice)
    reading = {"installed": 100, "active": 40}

    def change(*personas):
        version = f'"{Scenario.objects.get(pk=row.pk).version}"'
        body = {"personas": list(personas)}
        return maya.patch(f"{URL}{row.pk}/", body, format="json", headers={"If-Match": version})

    (one,) = change(of_nurse(scored, reading=reading)).json()["personas"]
    assert one["reading"] == reading | {"worked_around": 0}
    for wrong, field in [
        (of_nurse(scored, reading={"active": 4}), "personas.reading.installed"),
        (of_nurse(scored, reading=reading) | {"name": "Hospital"}, "personas.name"),
        ({"reading": reading}, "personas.persona"),
    ]:
        answer = change(wrong)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


def test_only_end_users_adopt(scored, maya):
    hospital = scored.personas.get(name="Hospital").pk
    body = {"product": "ROTA", "name": "x", "personas": [{"persona": hospital, "reading": WON}]}

    assert "Only end users adopt" in str(maya.post(URL, body, format="json").json())


def test_what_is_null_is_as_the_product_has_it(scored, maya, alice):
    hospital = scored.personas.get(name="Hospital").pk
    kept = scenario(scored, by=alice, end_user_say=0.5, importances={hospital: 0})
    one = f"{URL}{kept.pk}/"
    body = {"end_user_say": None, "people_exponent": None, "personas": [of_nurse(scored)]}

    answer = maya.patch(one, body, format="json", HTTP_IF_MATCH='"1"')

    assert answer.status_code == 200, answer.json()
    assert (answer.json()["end_user_say"], answer.json()["personas"]) == (None, [])
    assert maya.get(f"{one}ranking/").json()["differences"] == []


def test_a_contributor_changes_their_own_and_applies_none(scored, as_user, alice):
    hers, bob = scenario(scored, by=alice), as_user("bob")

    own = bob.post(URL, {"product": "ROTA", "name": "Mine"}, format="json")
    assert own.status_code == 201
    name = {"name": "Ours"}
    one = f"{URL}{own.json()['id']}/"
    assert bob.patch(one, name, format="json", HTTP_IF_MATCH='"1"').status_code == 200
    others = f"{URL}{hers.pk}/"
    assert bob.patch(others, name, format="json", HTTP_IF_MATCH='"1"').status_code == 403
    assert bob.delete(others, HTTP_IF_MATCH='"1"').status_code == 403
    assert bob.post(f"{one}apply/", HTTP_IF_MATCH='"2"').status_code == 403


def test_too_little_say_is_applied_with_a_note_only(scored, maya, alice):
    kept = scenario(scored, by=alice, end_user_say=0.6)

    answer = maya.post(f"{URL}{kept.pk}/apply/", HTTP_IF_MATCH='"1"')

    assert (answer.status_code, "say why in its note" in str(answer.json())) == (400, True)
    assert ScoringPolicy.objects.get(product=scored).end_user_say == 0.85


def test_a_stranger_finds_none(scored, as_user, alice):
    kept, charlie = scenario(scored, by=alice), as_user("charlie")

    for path in (f"{URL}?product=ROTA", f"{URL}{kept.pk}/", f"{URL}{kept.pk}/ranking/"):
        assert charlie.get(path).status_code == 404
