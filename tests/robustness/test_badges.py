"""Robust and fragile places on the ranking and the requirement; numbers worked by hand."""

import re

import pytest
from django.core.cache import caches

from prioritisation.models import Rating, ScoringPolicy
from prioritisation.pipeline.rescoring import rescore
from prioritisation.robustness import badges as places
from prioritisation.selectors.rankings import standing_of
from tests import cast
from tests.cast import signed_in
from tests.requirements.pages import text

pytestmark = pytest.mark.django_db

SWAP, SURE = "/p/ROTA/requirements/1/", "/p/ROTA/requirements/1/sure/"
FRAGILE = "Fragile"


@pytest.fixture
def rota(alice):
    """Swapping shifts at nurses' +1 is 20 λ + 10.5 (1 − λ), single sign-on 50 (1 − λ): level at
    λ = 0.395 / 0.595 = 0.664. It is 0.7, so less than five points away."""
    product = cast.rota(alice)
    Rating.objects.filter(requirement__number=1, persona__name="Nurse").update(value=1)
    ScoringPolicy.objects.filter(product=product).update(end_user_say=0.7)
    rescore(product.pk)
    caches["process"].clear()
    return product


@pytest.fixture
def client(rota, alice):
    return signed_in(alice)


def badges(answer):
    return {
        line.title: [badge.words for badge in line.badges]
        for group in answer.context["page"].groups
        for line in group.lines
    }


def is_fetched(answer):
    return f'hx-get="{SURE}"' in answer.content.decode()


def test_row_and_drawer_have_the_same_badge_and_the_drawer_says_why(rota, client):
    ranking = client.get("/p/ROTA/")
    assert badges(ranking)["Swap shifts in two taps"] == [FRAGILE]
    assert badges(ranking)["Single sign-on"] == ["Shelfware"]  # nobody below could overtake it
    means = (
        "A single number of the weighting puts another in its place before it has moved by five"
        " points."
    )
    assert f'<span class="badge fragile" title="{means}">' in ranking.content.decode()
    assert is_fetched(client.get(SWAP))

    told = client.get(SURE)

    words = text(told)
    assert f'<span class="badge fragile" title="{means}">' in told.content.decode()
    assert (
        "“Single sign-on” overtakes it once end users’ say is under 66\u00a0% (now 70\u00a0%)."
    ).replace("\u00a0", " ") in words
    # Only λ is drawn, on 0.5…0.95: (0.95 − 0.664) / 0.45 = 0.636.
    assert re.search("First in 6[34] % of plausible weightings.", words)
    assert 'href="/p/ROTA/sure/"' in told.content.decode()
    # From now on it is at hand.
    page = client.get(SWAP)
    assert not is_fetched(page)
    assert "overtakes it once end users’ say" in text(page)
    assert re.search("First in 3[67] %", text(client.get("/p/ROTA/requirements/2/")))


def test_nothing_is_said_of_another_version_than_the_one_shown(rota, client):
    client.get("/p/ROTA/")
    Rating.objects.filter(requirement__number=1, persona__name="Nurse").update(value=5)

    # The order shown is still the one that was told of …
    assert badges(client.get("/p/ROTA/"))["Swap shifts in two taps"] == [FRAGILE]
    told = client.get(SURE)
    assert "Being worked out." in text(told)
    assert "hx-get" not in told.content.decode()  # the new version fetches anew
    assert is_fetched(client.get(SWAP))
    # … but who hadn't worked it out before can't now.
    caches["process"].clear()
    assert badges(client.get("/p/ROTA/"))["Swap shifts in two taps"] == []

    rescore(rota.pk)
    # 100 λ + 12.5 (1 − λ) against 50 (1 − λ): level nowhere from 0.5 on; at any adoption a, too.
    assert badges(client.get("/p/ROTA/"))["Swap shifts in two taps"] == ["Robust"]
    assert "Nothing overtakes it, whichever single number moves." in text(client.get(SURE))


def test_what_changed_since_the_ranking_was_read_isnt_told_as_its_own(rota):
    shown = standing_of(rota.pk)  # the page has read its ranking …
    Rating.objects.filter(requirement__number=1, persona__name="Nurse").update(value=5)

    # … and only then looks for its badges: those of the new input would be kept for the old order.
    assert places.read_places(rota.pk, shown, cells=0) == {}
    rescore(rota.pk)
    assert places.read_places(rota.pk, standing_of(rota.pk), cells=0) != {}


def test_a_large_product_is_told_of_once_somebody_has_asked(rota, client, monkeypatch):
    monkeypatch.setattr(places, "MOST_CELLS", 5)  # three open ones, two personas

    assert badges(client.get("/p/ROTA/"))["Swap shifts in two taps"] == []
    client.get(SURE)

    assert badges(client.get("/p/ROTA/"))["Swap shifts in two taps"] == [FRAGILE]


def test_other_orders_than_the_stored_one_by_score_have_no_such_badge(rota, client):
    client.get("/p/ROTA/")
    weights = {
        "end_user_say": "70",
        "people_exponent": "1.0",
        "gap_emphasis": "100",
        "responsiveness": "25",
        "assumed_adoption": "50",
        "assumed_seats": "10",
    }

    by_effort = client.get("/p/ROTA/", {"order": "value_for_effort"})
    previewed = client.get("/p/ROTA/preview/", weights | {"end_user_say": "72"})

    for answer in (by_effort, previewed):
        assert badges(answer)["Swap shifts in two taps"] == []


def test_what_has_no_rank_has_no_place_to_be_sure_of(rota, client):
    assert "How sure its place is" not in client.get("/p/ROTA/requirements/3/").content.decode()
    assert client.get("/p/ROTA/requirements/3/sure/").status_code == 200


@pytest.mark.parametrize(
    ("row", "top", "words"),
    [
        ({"top_1": 0.832}, 1, "First in 83\u00a0% of plausible weightings."),
        (
            {"top_1": 0.001, "top_3": 0.97},
            3,
            "In the top 3 in 97\u00a0% of plausible weightings, first in under 1\u00a0%.",
        ),
        ({"top_1": 0, "top_10": 0.12}, 10, "In the top 10 in 12\u00a0% of plausible weightings."),
    ],
)
def test_shares_in_words(row, top, words):
    assert places.words.share_sentence(row, top) == words
