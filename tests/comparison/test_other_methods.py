"""Other orders beside ours, on their page and in the API."""

import re

import pytest
from django.urls import reverse

from prioritisation.pipeline.rescoring import rescore
from tests import cast
from tests.cast import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def rota():
    """Swap: nurse +5, hospital +1, 8 days; single sign-on: 0 and +5, 5 days; a third one,
    dark mode: nurse +1, no effort. Ours: 86.875, 7.5, 17."""
    product = cast.rota(cast.user("alice"))
    nurse, dark = product.personas.get(name="Nurse"), product.requirements.get(number=3)
    dark.ratings.create(product=product, persona=nurse, value=1, basis="seen", source="survey")
    rescore(product.pk)
    return product


@pytest.fixture
def client(rota):
    return signed_in(rota.memberships.get().user)


def rows_of(html):
    body = html[html.index('class="list ranks"') :].split("<tbody>")[1].split("</tbody>")[0]
    return [
        [
            re.sub("<[^>]+>", "", cell).strip()
            for cell in re.findall("(?s)<t[hd][^>]*>(.*?)</t", row)
        ]
        for row in body.split("<tr>")[1:]
    ]


def test_a_table_has_every_order(rota, client):
    html = client.get(reverse("lenses", args=["ROTA"])).content.decode()

    # Ours, per effort (10.9, –, 1.5); payers first 15·1 + 85·0.2 = 32, 85, 3; the mean of fifths
    # 0.6, 0.5, 0.1; RICE 500·3/8, 0, –.
    assert rows_of(html) == [
        ["Swap shifts in two taps", "1", "1", "2", "1", "1"],
        ["Dark mode", "2", "–", "3", "3", "–"],
        ["Single sign-on", "3", "2", "1", "2", "2"],
    ]


def test_what_moves_most_is_told_and_drawn(rota, client):
    page = client.get(reverse("lenses", args=["ROTA"]), {"lens": "payers_first"})

    chart = page.context["chart"]
    assert [(row.number, here, there) for row, here, there in page.context["moved"]] == [
        (2, "3rd", "1st"),
        (1, "1st", "2nd"),
        (3, "2nd", "3rd"),
    ]
    ours, theirs = chart.columns
    assert ours.places == [
        ("1", "Swap shifts in two taps"),
        ("2", "Dark mode"),
        ("3", "Single sign-on"),
    ]
    assert [(line.y1, line.y2) for line in theirs.lines] == [(20, 60), (60, 100), (100, 20)]
    assert "Single sign-on: 3rd Userward, 1st Payers first" in page.content.decode()


def test_a_lens_that_says_the_same_says_so(rota, client):
    html = client.get(reverse("lenses", args=["ROTA"]), {"lens": "rice"}).content.decode()

    assert "It gives the same order." in html
    assert "Userward, per effort" in html


def test_without_efforts_rice_has_no_order(rota, client):
    rota.requirements.update(effort=None)

    html = client.get(reverse("lenses", args=["ROTA"]), {"lens": "rice"}).content.decode()

    assert "It needs an effort" in html


def test_before_the_first_rating_there_is_none(client, rota):
    for requirement in rota.requirements.all():
        requirement.ratings.all().delete()
    rescore(rota.pk)

    assert "Nothing is rated yet" in client.get(reverse("lenses", args=["ROTA"])).content.decode()


def test_programs_get_the_same(rota, client):
    said = client.get("/api/v1/products/ROTA/lenses/").json()

    assert [lens["name"] for lens in said["lenses"]] == ["rice", "equal", "payers_first"]
    assert said["lenses"][0]["compared_with"] == "value_for_effort"
    moved = said["lenses"][2]["most_moved"]
    assert [one["key"] for one in moved] == ["ROTA-2", "ROTA-1", "ROTA-3"]
    first = rota.requirements.get(number=1).pk
    assert moved[1] == {"requirement": first, "key": "ROTA-1"}
    swap, dark, _sso = said["results"]
    assert swap == {
        "requirement": first,
        "key": "ROTA-1",
        "title": "Swap shifts in two taps",
        "rank": 1,
        "effort_rank": 1,
        "rice": {
            "value": 187.5,
            "rank": 1,
            "reach": 500,
            "impact": 3,
            "confidence": 1,
            "effort": 8,
        },
        "equal": {"value": pytest.approx(60), "rank": 1},
        "payers_first": {"value": pytest.approx(32), "rank": 2},
    }
    assert (dark["rice"]["value"], dark["rice"]["rank"], dark["effort_rank"]) == (None, None, None)
