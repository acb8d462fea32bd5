"""Why a score is what it is, for programs: the parts add up to it."""

import pytest

from prioritisation.pipeline.rescoring import rescore

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def explain(product, as_user):
    vera = as_user("vera")

    def read(number):
        requirement = product.requirements.get(number=number)
        answer = vera.get(f"/api/v1/requirements/{requirement.pk}/explanation/")
        assert answer.status_code == 200, answer.content
        return answer.json()

    return read


def test_the_parts_add_up_to_the_score(product, explain):
    product.requirements.get(number=1).ratings.filter(persona__name="Nurse").update(basis="asked")
    rescore(product.pk)

    said = explain(1)

    # By hand: +5, asked, is 0.8 · 85 = 68. Reach 0.5 + 0.25 · 0.5 · 0.8 = 0.6, so that the
    # hospital's +1 adds 15 · 0.2 · 0.6 = 1.8 of its 3, and 1.2 are lost.
    nurse, hospital = said["terms"]
    assert said["requirement"] == product.requirements.get(number=1).pk
    assert (said["key"], said["rank"], said["score"], said["stale"]) == (
        "ROTA-1",
        1,
        69.8,
        False,
    )
    assert nurse == {
        "persona": product.personas.get(name="Nurse").pk,
        "name": "Nurse",
        "kind": "end_user",
        "missing": False,
        "rating": 5,
        "confidence": 0.8,
        "weight": 0.85,
        "reach": None,
        "points": 68,
        "unrealised": 0,
    }
    assert (hospital["points"], hospital["reach"], hospital["unrealised"]) == (1.8, 0.6, 1.2)
    assert said["sentence"].startswith("It is 1st because Nurse could not do without it.")
    assert sum(round(term["points"] * 10_000) for term in said["terms"]) == 698_000


def test_who_was_not_asked_is_named_and_adds_nothing(product, explain):
    product.requirements.get(number=1).ratings.filter(persona__name="Hospital").delete()
    rescore(product.pk)

    hospital = explain(1)["terms"][1]

    assert (hospital["missing"], hospital["rating"], hospital["confidence"]) == (True, None, 0)
    assert (hospital["points"], hospital["reach"]) == (0, None)


def test_before_the_first_score_there_is_no_sum(product, explain):
    said = explain(3)

    assert (said["score"], said["rank"], said["terms"]) == (None, None, [])
    assert said["sentence"].startswith("Nobody who counts has rated it yet")
