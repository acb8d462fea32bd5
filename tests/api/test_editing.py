"""Two clients, one row: nothing is lost."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import Token
from personas.models import AdoptionReading
from tests.cast import scenario


@pytest.fixture
def nurse(product):
    return product.personas.get(name="Nurse")


def test_a_change_without_if_match_is_428(as_user, nurse):
    alice, url = as_user("alice"), f"/api/v1/personas/{nurse.pk}/"

    answers = [alice.patch(url, {"name": "x"}), alice.put(url, {"name": "x"}), alice.delete(url)]

    assert [answer.status_code for answer in answers] == [428] * 3
    nurse.refresh_from_db()
    assert nurse.name == "Nurse"


def test_a_stale_change_is_412_and_shows_the_row_as_it_is(as_user, nurse):
    alice, maya, url = as_user("alice"), as_user("maya"), f"/api/v1/personas/{nurse.pk}/"
    read = maya.get(url)

    first = alice.patch(url, {"headcount": 600}, format="json", HTTP_IF_MATCH=read["ETag"])
    late = maya.patch(url, {"headcount": 700}, format="json", HTTP_IF_MATCH=read["ETag"])

    assert first.status_code == 200
    assert (late.status_code, late["ETag"]) == (412, first["ETag"])
    assert late.json()["current"]["headcount"] == 600
    again = maya.patch(url, {"headcount": 700}, format="json", HTTP_IF_MATCH=late["ETag"])
    assert (again.status_code, again.json()["headcount"]) == (200, 700)


def test_every_row_shows_itself_to_the_one_who_comes_late(as_user, product):
    alice, requirement = as_user("alice"), product.requirements.first()
    paths = {
        "products/ROTA/": {"name": "x"},
        "products/ROTA/policy/": {"gap_emphasis": 0},
        f"products/ROTA/members/{product.memberships.last().pk}/": {"role": "viewer"},
        f"requirements/{requirement.pk}/": {"title": "x"},
        f"ratings/{requirement.ratings.first().pk}/": {"value": 1},
    }
    for path, change in paths.items():
        read = alice.get(f"/api/v1/{path}")
        late = alice.patch(f"/api/v1/{path}", change, format="json", HTTP_IF_MATCH='"99"')
        assert (late.status_code, late["ETag"]) == (412, read["ETag"]), path
        assert late.json()["current"] == read.json()


def test_no_row_is_deleted_that_was_changed_since_it_was_read(as_user, product, nurse, alice):
    requirement = product.requirements.first()
    reading = AdoptionReading.objects.create(
        product=product, persona=nurse, observed_on="2026-11-01", installed=9, active=5
    )
    paths = [
        "products/ROTA/",
        f"products/ROTA/members/{product.memberships.last().pk}/",
        f"requirements/{requirement.pk}/",
        f"ratings/{requirement.ratings.first().pk}/",
        f"personas/{nurse.pk}/",
        f"adoption-readings/{reading.pk}/",
        f"scenarios/{scenario(product, by=alice).pk}/",
    ]
    client = as_user("alice")
    for path in paths:
        read = client.get(f"/api/v1/{path}")
        late = client.delete(f"/api/v1/{path}", HTTP_IF_MATCH='"99"')
        assert (late.status_code, late["ETag"]) == (412, read["ETag"]), path
        assert late.json()["current"] == read.json()
        assert client.get(f"/api/v1/{path}").status_code == 200


def test_a_stale_deletion_deletes_nothing(as_user, nurse, product):
    alice, url = as_user("alice"), f"/api/v1/personas/{nurse.pk}/"
    alice.patch(url, {"headcount": 600}, format="json", HTTP_IF_MATCH='"1"')

    assert alice.delete(url, HTTP_IF_MATCH='"1"').status_code == 412
    assert alice.delete(url, HTTP_IF_MATCH='"2"').status_code == 204
    assert product.personas.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_twenty_simultaneous_changes_one_wins_and_the_rest_are_told(product, nurse, alice):
    text = Token.objects.issue(name="t", user=alice)[1]

    def change(headcount):
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
        try:
            return client.patch(
                f"/api/v1/personas/{nurse.pk}/",
                {"headcount": headcount},
                format="json",
                HTTP_IF_MATCH='"1"',
            ).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(change, range(1, 21)))

    assert sorted(answers) == [200] + [412] * 19


def test_posting_a_rating_replaces_ones_own(as_user, product, nurse):
    bob, requirement = as_user("bob"), product.requirements.last()
    url = f"/api/v1/requirements/{requirement.pk}/ratings/"

    first = bob.post(url, {"persona": nurse.pk, "value": 3, "basis": "asked"}, format="json")
    second = bob.post(url, {"persona": nurse.pk, "value": -1}, format="json")

    assert first.json()["id"] == second.json()["id"]
    assert (second.json()["value"], second.json()["confidence"]) == (-1, 0.8)
    assert first.json()["confidence"] == 0.8
    assert requirement.ratings.count() == 1


def test_posting_a_reading_replaces_that_days(as_user, nurse):
    bob = as_user("bob")
    given = {"persona": nurse.pk, "observed_on": "2026-11-01", "installed": 10, "active": 5}

    bob.post("/api/v1/adoption-readings/", given, format="json")
    bob.post("/api/v1/adoption-readings/", given | {"active": 6}, format="json")

    found = bob.get(f"/api/v1/adoption-readings/?persona={nurse.pk}").json()["results"]
    assert [reading["active"] for reading in found] == [6]


def test_a_write_names_its_transaction_and_a_refused_one_names_none(as_user, nurse):
    alice, url = as_user("alice"), f"/api/v1/personas/{nurse.pk}/"

    done = alice.patch(url, {"headcount": 600}, format="json", HTTP_IF_MATCH='"1"')
    refused = alice.patch(url, {"headcount": 0}, format="json", HTTP_IF_MATCH='"2"')

    assert done["Userward-Change"].isdigit()
    assert "Userward-Change" not in refused


def test_a_persona_is_made_where_it_is_asked_for(as_user, product):
    given = {"name": "Cook", "kind": "end_user", "position": 7}

    answer = as_user("maya").post("/api/v1/personas/?product=ROTA", given, format="json")

    assert (answer.status_code, answer.json()["position"]) == (201, 7)


def test_a_tag_is_kept_once(as_user, product):
    alice, url = as_user("alice"), f"/api/v1/requirements/{product.requirements.first().pk}/"

    answer = alice.patch(
        url,
        {"tags": ["shifts", "rules", " shifts "]},
        format="json",
        HTTP_IF_MATCH=alice.get(url)["ETag"],
    )

    assert answer.json()["tags"] == ["shifts", "rules"]
