"""POST replaces what is there, in what it names: the rest stays."""

import pytest

from personas.models import AdoptionReading
from prioritisation.models import Rating

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(product, as_user):
    return as_user("alice")


@pytest.fixture
def swap(product):
    return product.requirements.get(number=1)


@pytest.fixture
def nurse(product):
    return product.personas.get(name="Nurse")


def rating_of(**which):
    return Rating.objects.values_list("value", "basis", "note").get(**which)


def bulk(client, requirement, given):
    return client.post(
        "/api/v1/products/ROTA/ratings/", [given | {"requirement": requirement.pk}], "json"
    )


def single(client, requirement, given):
    return client.post(f"/api/v1/requirements/{requirement.pk}/ratings/", given, "json")


@pytest.mark.parametrize("post", [bulk, single])
@pytest.mark.parametrize("source", ["", "a survey"])
def test_a_rating_keeps_the_basis_and_the_note_that_are_not_named(
    api, product, nurse, post, source
):
    dark = product.requirements.get(number=3)
    given = {"persona": nurse.pk, "source": source}
    post(api, dark, given | {"value": -5, "basis": "seen", "note": "On the ward"})

    assert post(api, dark, given | {"value": 3}).status_code == 201
    assert rating_of(requirement=dark) == (3, "seen", "On the ward")
    post(api, dark, given | {"value": 3, "basis": "asked"})
    assert rating_of(requirement=dark) == (3, "asked", "On the ward")
    post(api, dark, given | {"value": 2, "note": ""})
    assert rating_of(requirement=dark) == (2, "asked", "")


def test_a_new_rating_is_guessed_and_has_no_note(api, product, nurse):
    dark = product.requirements.get(number=3)

    answer = single(api, dark, {"persona": nurse.pk, "value": 1})

    assert (answer.json()["basis"], answer.json()["note"]) == ("guessed", "")


def test_ratings_that_name_different_things_are_recorded_together(api, product, swap, nurse):
    dark, hospital = product.requirements.get(number=3), product.personas.get(name="Hospital")
    answer = api.post(
        "/api/v1/products/ROTA/ratings/",
        [
            {"requirement": swap.pk, "persona": nurse.pk, "value": 1, "note": "Less now"},
            {"requirement": swap.pk, "persona": hospital.pk, "value": 2},
            {"requirement": dark.pk, "persona": nurse.pk, "value": 3, "basis": "asked"},
        ],
        "json",
    )

    assert answer.json() == {"recorded": 3}
    assert rating_of(requirement=swap, persona=nurse) == (1, "seen", "Less now")
    assert rating_of(requirement=swap, persona=hospital) == (2, "seen", "")
    assert rating_of(requirement=dark, persona=nurse) == (3, "asked", "")


def test_a_reading_keeps_what_is_not_named(api, nurse):
    path = f"/api/v1/adoption-readings/?persona={nurse.pk}"
    day = {"observed_on": "2026-11-01", "installed": 9, "active": 5}
    api.post(path, day | {"worked_around": 2, "note": "a group chat", "source": "us"}, "json")

    answer = api.post(path, day | {"active": 6}, "json")

    assert answer.status_code == 201
    found = AdoptionReading.objects.get()
    assert (found.active, found.worked_around) == (6, 2)
    assert (found.note, found.source) == ("a group chat", "us")
    # What stays and what is named must fit together.
    assert api.post(path, day | {"active": 1}, "json").status_code == 400
    assert AdoptionReading.objects.get().active == 6
