"""A requirement's scores as they came to be, each with what caused it."""

import pytest

from prioritisation.pipeline.rescoring import rescore
from products.models import Requirement

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sso(transactional_db, product):
    rescore(product.pk)
    return product.requirements.get(number=2)


@pytest.fixture
def rate(as_user, product):
    def post(requirement, value, *, by="bob", basis="seen"):
        answer = as_user(by).post(
            f"/api/v1/requirements/{requirement.pk}/ratings/",
            {"persona": product.personas.get(name="Nurse").pk, "value": value, "basis": basis},
            "json",
        )
        assert answer.status_code == 201

    return post


@pytest.fixture
def history(product, as_user):
    vera = as_user("vera")

    def read(requirement, query=""):
        answer = vera.get(f"/api/v1/requirements/{requirement.pk}/history/{query}")
        assert answer.status_code == 200, answer.content
        return answer.json()

    return read


def test_the_newest_score_comes_first_and_names_its_cause(product, sso, rate, history):
    rate(sso, 4)
    rescore(product.pk)

    newest, oldest = history(sso)["results"]

    # By hand: the nurse's mean of 0 and 4 is 2, which gives 85 · 0.4 = 34; reach 0.5 + 0.25 · 0.5 ·
    # 0.4 = 0.55 gives the hospital's 5 another 15 · 0.55 = 8.25.
    assert (oldest["score"], newest["score"]) == (7.5, 42.25)
    assert newest["version"] > oldest["version"]
    (cause,) = newest["causes"]
    assert (cause["what"], cause["did"], cause["means"]) == ("rating", "insert", "token")
    assert cause["by"].startswith("bob")
    assert {"field": "value", "old": None, "new": "4"} in cause["changes"]


def test_a_change_says_what_it_was_before(product, sso, rate, history):
    rate(sso, 4)
    rescore(product.pk)
    rate(sso, -2)
    rescore(product.pk)

    (cause,) = history(sso)["results"][0]["causes"]

    assert cause["did"] == "update"
    assert cause["changes"] == [{"field": "value", "old": "4", "new": "-2"}]


def test_what_happened_to_other_requirements_is_no_cause(product, sso, as_user, history):
    nurse = product.personas.get(name="Nurse").pk
    ids = product.requirements.values_list("pk", flat=True)
    given = [{"requirement": pk, "persona": nurse, "value": -3, "basis": "seen"} for pk in ids]
    answer = as_user("bob").post("/api/v1/products/ROTA/ratings/", given, "json")
    assert answer.json() == {"recorded": 3}
    rescore(product.pk)

    newest = history(sso)["results"][0]

    assert newest["cause_tables"] == ["prioritisation_rating"]
    assert len(newest["causes"]) == 1


def test_a_policy_that_changed_is_a_cause_for_all(product, sso, as_user, history):
    change = {"end_user_say": 0.9}
    as_user("maya").patch("/api/v1/products/ROTA/policy/", change, "json", HTTP_IF_MATCH='"1"')
    rescore(product.pk)

    (cause,) = history(sso)["results"][0]["causes"]

    assert (cause["what"], cause["by"].split(",")[0]) == ("scoring policy", "maya")
    assert cause["changes"] == [{"field": "end_user_say", "old": "0.85", "new": "0.9"}]


def test_an_edit_past_the_api_is_told_as_such(product, sso, history):
    Requirement.objects.filter(pk=sso.pk).update(status="declined")
    rescore(product.pk)

    newest = history(sso)["results"][0]

    assert newest["ranked"] is False
    assert newest["causes"][0]["means"] == "directly in the database"
    assert {"field": "status", "old": "idea", "new": "declined"} in newest["causes"][0]["changes"]


def test_a_page_takes_as_many_queries_however_long(
    product, sso, rate, history, django_assert_num_queries
):
    for value in (1, 2):
        rate(sso, value)
        rescore(product.pk)
    assert history(sso, "?limit=1")["next"]
    with django_assert_num_queries(10):
        assert len(history(sso)["results"]) == 3
    for value in (3, 4, 5):
        rate(sso, value)
        rescore(product.pk)
    with django_assert_num_queries(10):
        assert len(history(sso)["results"]) == 6
