"""The page "How sure": sentences, bars with their numbers, and what a worker takes long for."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from prioritisation.models import Rating
from prioritisation.models.analyses import Analysis
from prioritisation.pipeline import notify
from prioritisation.robustness import jobs
from prioritisation.robustness import selectors as sureness
from prioritisation.robustness.jobs import work_out_analyses
from products.models import Requirement
from tests.cast import rota, user

PAGE, PLAUSIBLE = "/p/ROTA/sure/", "/p/ROTA/sure/plausible/"


@pytest.fixture
def product(db, client):
    """Rota, whose nurses value swapping at +1 only: level with sign-on at 66.4 % (test_sure)."""
    alice = user("alice")
    product = rota(alice)
    product.requirements.get(number=1).ratings.filter(persona__name="Nurse").update(value=1)
    client.force_login(alice)
    return product


@pytest.fixture
def many(product, monkeypatch):
    """The same, as if it had too many requirements to wait for."""
    monkeypatch.setattr(sureness, "AT_ONCE", 0)
    monkeypatch.setattr(notify, "ring_for_analyses", lambda: None)
    return product


def text_of(response):
    assert response.status_code == 200
    bare = re.sub(r"<[^>]*>", " ", response.content.decode())
    return " ".join(bare.replace("\u00a0", " ").split())


def test_the_page_says_it_in_sentences_and_in_numbers(client, product):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        text = text_of(client.get(PAGE))

    assert "2 ranked requirements" in text
    assert (
        "“Swap shifts in two taps” stays first while end users’ say is over 66 % (now 85 %);"
        " below that, “Single sign-on” overtakes “Swap shifts in two taps”."
    ) in text
    assert "Robust" in text
    # end users' say, its range for the first and for the order; adoption
    assert "End users’ say now 85 % First 66–95 % Order 66–95 %" in text
    assert "Nurse now 50 % First anywhere Order anywhere" in text
    assert re.search(r"“Swap shifts in two taps” is first in 6\d % of plausible weightings", text)
    assert len(queries) < 20


def test_a_set_that_is_the_same_for_several_k_is_told_once(client, product):
    """Six that are tied for the first place, then sign-on."""
    swap = product.requirements.get(number=1)
    for number in range(5):
        same = Requirement.objects.create(product=product, title=f"Like it {number}")
        for rating in swap.ratings.all():
            Rating.objects.create(
                product=product,
                requirement=same,
                persona=rating.persona,
                value=rating.value,
                basis=rating.basis,
                rater=rating.rater,
            )

    text = text_of(client.get(PAGE))
    assert "The 6 that are tied for the first place stay in front while" in text
    assert "The top 3" not in text


def test_without_two_ranked_requirements_it_says_what_to_do(client, product):
    product.requirements.get(number=1).delete()

    assert "Fewer than two are ranked" in text_of(client.get(PAGE))


def test_what_takes_long_is_started_watched_and_shown(client, many):
    assert "Work it out" in text_of(client.get(PAGE))

    assert client.post(PLAUSIBLE).url == f"{PAGE}#plausible"
    waiting = client.get(PAGE)
    assert "Waiting for a worker" in text_of(waiting)
    # With JavaScript it asks again every second, without there is a link.
    assert 'hx-trigger="every 1s"' in waiting.content.decode()
    Analysis.objects.update(progress=0.42)
    assert "Drawing weightings: 42 %" in text_of(client.get(PAGE))

    work_out_analyses()
    done = client.get(PLAUSIBLE, headers={"HX-Request": "true"})
    assert "is first in 6" in text_of(done)
    assert "every 1s" not in done.content.decode()

    Rating.objects.filter(requirement__number=1).update(value=2)
    assert "Something was changed since this was worked out" in text_of(client.get(PAGE))


def test_what_was_lost_or_failed_can_be_started_again(client, many, monkeypatch):
    client.post(PLAUSIBLE)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE prioritisation_analysis SET touched_at = now() - interval '1 hour'")
    lost = text_of(client.get(PAGE))
    assert "Nobody is at it any more" in lost
    assert "Start again" in lost

    def fail(*_inputs, **_options):
        raise MemoryError("too much")

    monkeypatch.setattr(jobs, "plausible_in_steps", fail)
    answer = client.post(PLAUSIBLE, headers={"HX-Request": "true"})
    assert "Waiting for a worker" in text_of(answer)
    work_out_analyses()
    assert "It couldn’t be worked out: MemoryError: too much" in text_of(client.get(PAGE))


def test_a_requirement_removed_since_is_left_out(client, many):
    client.post(PLAUSIBLE)
    work_out_analyses()
    many.requirements.get(number=2).delete()

    text = text_of(client.get(PLAUSIBLE, headers={"HX-Request": "true"}))
    assert "Swap shifts in two taps" in text
    assert "Single sign-on" not in text


def test_a_stranger_finds_no_page(client, product):
    client.force_login(user("charlie"))

    assert client.get(PAGE).status_code == 404
    assert client.post(PLAUSIBLE).status_code == 404
