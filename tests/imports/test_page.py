"""Pasting a sheet into the import page."""

import pytest
from django.test import Client

from prioritisation.models import ProductChange, Rating
from tests.cast import join, rota, signed_in, user

PATH = "/p/ROTA/import/"
SHEET = "title\teffort\trating:Nurse\nWorks offline\t13\t4\nDark mode\t\t1\n"


@pytest.fixture
def product(alice):
    product = rota(alice)
    ProductChange.objects.all().delete()
    return product


def paste(who, text, **data):
    return signed_in(who).post(PATH, {"text": text, "basis": "asked", **data})


def test_a_preview_shows_what_would_be_and_changes_nothing(product, alice):
    answer = paste(alice, SHEET, preview="")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "This would be 1 new, 0 changed, 1 as before; 2 ratings" in page
    assert "Works offline\t13\t4" in page
    assert product.requirements.count() == 3
    assert not ProductChange.objects.exists()


def test_an_import_counts_and_leads_to_the_ranking(product, alice):
    answer = paste(alice, SHEET, **{"import": ""})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/p/ROTA/")
    rating = Rating.objects.get(requirement__title="Works offline")
    assert (rating.value, rating.basis, rating.rater) == (4, "asked", alice)
    mark = ProductChange.objects.first()
    assert answer.headers["Userward-Change"] == str(mark.change_id)


def test_a_column_may_be_called_as_a_persona_alone(product, alice):
    paste(alice, "title,Nurse\nBig,3\n")

    rating = product.requirements.get(title="Big").ratings.get()
    assert (rating.persona.name, rating.value) == ("Nurse", 3)


def test_a_foreign_scale_is_read(product, alice):
    paste(alice, "title,rating:Nurse\nBig,9\n", from_scale="1..9")

    assert Rating.objects.get(requirement__title="Big").value == 5


@pytest.mark.parametrize(
    ("data", "messages"),
    [
        ({"text": ""}, ["This field is required."]),
        ({"text": "title,rating:Nurse\nA,6\nB,2.5\n"},
         ["2 things are wrong", "Row 2, rating:Nurse: “6”", "Row 3"]),
        ({"text": "title,rating:Doctor\nA,6\n"}, ["Row 2, rating:Doctor"]),
        ({"text": "title\0"}, ["Null characters are not allowed."]),
        ({"text": 'title\n"A'}, ["1 thing is wrong", "is opened here and never closed"]),
        ({"basis": "felt"}, ["felt is not one of the available choices"]),
        ({"from_scale": "9..1"}, ["a scale such as 1..9"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_beside_the_rows_which_stay(product, alice, data, messages):
    answer = paste(alice, **({"text": SHEET} | data))

    page = answer.content.decode()
    assert answer.status_code == 422
    for message in messages:
        assert message in page
    assert product.requirements.count() == 3
    assert not ProductChange.objects.exists()


def test_maintainers_import_others_dont(product):
    for role, status in [("maintainer", 200), ("contributor", 403), ("viewer", 403)]:
        member = user(role)
        join(product, member, role)
        assert signed_in(member).get(PATH).status_code == status
        assert paste(member, SHEET, preview="").status_code == status
    assert signed_in(user("mallory")).get(PATH).status_code == 404
    assert Client().get(PATH).status_code == 302
    assert product.requirements.count() == 3
