"""Expected against happened, by hand."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from personas.services import record_reading
from prioritisation.outcomes.calibration import Expectation, fit
from prioritisation.outcomes.selectors import read_outcomes
from prioritisation.pipeline.rescoring import rescore
from tests import cast


def nurses(requirement, value, *, now, adoption=0.3, people=500):
    return Expectation(requirement, 1, "Nurses", adoption, value, 0.25, now, people)


def leads(requirement, value, *, now):
    return Expectation(requirement, 2, "Ward leads", 0.8, value, 0.25, now, 100)


def test_a_gain_wins_of_those_not_won_yet_and_a_loss_of_those_won():
    # 0.3 + 0.25 · 0.7 · 1, and 0.3 − 0.25 · 0.3 · 0.2
    assert nurses(1, 1.0, now=0.37).expected == pytest.approx(0.475)
    assert nurses(1, -0.2, now=0.37).expected == pytest.approx(0.285)
    assert nurses(1, 1.0, now=0.37).words == "expected 48\u00a0%, now 37\u00a0% (Nurses)"
    assert nurses(1, 1.0, now=None).words == "expected 48\u00a0%, no reading since (Nurses)"


def test_what_fits_is_one_equation_a_segment():
    # Nurses: pulls 0.7 − 0.06 = 0.64, moved 0.07; leads: pull 0.2 · 0.5 = 0.1, moved 0.04.
    # ρ = (500 · 0.64 · 0.07 + 100 · 0.1 · 0.04) / (500 · 0.64² + 100 · 0.1²) = 22.8 / 205.8 = 0.11
    found = fit([nurses(1, 1.0, now=0.37), nurses(2, -0.2, now=0.37), leads(1, 0.5, now=0.84)])

    assert found.fitted == 0.11
    # (500 · 0.07 + 100 · 0.04) / 600 and 0.25 · (500 · 0.64 + 100 · 0.1) / 600
    assert (found.moved, found.expected) == (pytest.approx(0.065), pytest.approx(0.1375))
    assert found.words(0.25) == (
        "Over 2 shipped requirements, adoption among Nurses and Ward leads moved by 6.5 points"
        " where 13.8 points were expected. 25\u00a0% looks too high:"
        " 11\u00a0% would have foreseen it best."
    )
    assert found.words(0.11).endswith("11\u00a0% fits.")
    assert "5\u00a0% looks too low" in found.words(0.05)


def test_it_stays_within_what_is_allowed_and_without_readings_nothing_is_said():
    assert fit([nurses(1, 1.0, now=0.1)]).fitted == 0
    assert fit([nurses(1, 0.1, now=0.99)]).fitted == 1
    assert fit([nurses(1, 1.0, now=None)]) is None
    assert fit([nurses(1, 0.0, now=0.5)]) is None
    assert fit([]) is None


@pytest.fixture
def rota(db):
    """A month ago adoption was 50 of 90, so (50 + 5) / (90 + 10) = 0.55; then swaps shipped."""
    product = cast.rota(cast.user("alice"))
    read(product, timezone.localdate() - timedelta(days=30), 50)
    rescore(product.pk)
    product.requirements.filter(number=1).update(status="shipped")
    rescore(product.pk)
    return product


def read(product, day, active):
    nurse = product.personas.get(name="Nurse")
    record_reading(
        persona=nurse, observed_on=day, installed=90, active=active, worked_around=0, by=None
    )


def test_the_page_tells_what_was_expected_and_offers_what_fits_but_applies_nothing(rota, client):
    client.force_login(rota.memberships.get().user)
    (swap,) = read_outcomes(rota).shipped
    assert [one.words for one in swap.expectations] == [
        "expected 66\u00a0%, no reading since (Nurse)"  # 0.55 + 0.25 · 0.45
    ]
    assert "nobody knows yet" in client.get("/p/ROTA/shipped/").content.decode()

    read(rota, timezone.localdate() + timedelta(days=1), 59)  # (59 + 5) / 100 = 0.64
    page = client.get("/p/ROTA/shipped/").content.decode()
    # moved by 0.09 of a pull of 0.45
    assert "25\u00a0% looks too high: 20\u00a0% would have foreseen it best." in page
    assert 'href="/p/ROTA/weighed/?responsiveness=0.2#responsiveness"' in page

    offered = client.get("/p/ROTA/weighed/?responsiveness=0.2").context["form"]
    assert offered["responsiveness"].value() == "20"
    rota.policy.refresh_from_db()
    assert rota.policy.responsiveness == 0.25
    for nonsense in ("x", "nan", "7"):
        page = client.get(f"/p/ROTA/weighed/?responsiveness={nonsense}")
        assert page.context["form"]["responsiveness"].value() == "25"


OUTCOMES = "/api/v1/products/ROTA/outcomes/"


def test_programs_get_the_same(rota, client):
    read(rota, timezone.localdate() + timedelta(days=1), 59)
    cast.join(rota, vera := cast.user("vera"), "viewer")
    client.force_login(vera)

    said = client.get(OUTCOMES).json()

    (swap,) = said.pop("results")
    fitted, sentence = said.pop("fit"), said.pop("sentence")
    # The nurses are all who count as users: (59 + 5) / (90 + 10).
    assert said == {"product": "ROTA", "responsiveness": 0.25, "adopted": pytest.approx(0.64)}
    # From 0.55 to 0.64, where 0.25 · 0.45 were expected.
    assert fitted == {
        "fitted": 0.2,
        "moved": pytest.approx(0.09),
        "expected": pytest.approx(0.1125),
        "requirements": 1,
        "names": ["Nurse"],
    }
    assert "moved by 9.0 points where 11.2 points were expected" in sentence
    (nurse,) = swap.pop("expectations")
    assert timezone.now() - parse_datetime(swap.pop("shipped_at")) < timedelta(minutes=5)
    assert swap == {
        "requirement": rota.requirements.get(number=1).pk,
        "key": "ROTA-1",
        "title": "Swap shifts in two taps",
        "reach": pytest.approx(0.6625),
    }
    assert nurse == {
        "persona": rota.personas.get(name="Nurse").pk,
        "name": "Nurse",
        "adoption": pytest.approx(0.55),
        "expected": pytest.approx(0.6625),
        "now": pytest.approx(0.64),
    }


def test_without_a_reading_since_nothing_is_said_of_what_fits(rota, client):
    client.force_login(rota.memberships.get().user)

    said = client.get(OUTCOMES).json()

    assert (said["fit"], said["sentence"]) == (None, "")
    assert said["results"][0]["expectations"][0]["now"] is None


def test_nothing_shipped_and_strangers(client, db):
    alice = cast.user("alice")
    cast.rota(alice)
    client.force_login(alice)
    assert "Nothing has shipped yet" in client.get("/p/ROTA/shipped/").content.decode()
    assert client.get(OUTCOMES).json()["results"] == []
    client.force_login(cast.user("charlie"))
    assert client.get("/p/ROTA/shipped/").status_code == 404
    assert client.get(OUTCOMES).status_code == 404
