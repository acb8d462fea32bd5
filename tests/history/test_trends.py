"""Ranks over the last weeks: the small line, the move since two weeks ago, what became of it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from personas.services import record_reading
from prioritisation.models import Rating, ScoreChange, ScoringRun
from prioritisation.pipeline.rescoring import rescore
from prioritisation.presentation.charts.trend import trend_of
from products.models import Product, Requirement
from tests import cast
from tests.requirements.pages import text


def test_a_line_has_the_first_at_the_top_and_the_last_at_the_bottom():
    # Ranks 1…9 between 3 and 19: two down a rank; a week is 70/8 = 8.75 to the right.
    trend = trend_of([9, 9, 5, 5, 3, 3, 2, 2], 1, lowest=9)

    assert trend.points == (
        "0,19.0 8.75,19.0 17.5,11.0 26.25,11.0 35,7.0 43.75,7.0 52.5,5.0 61.25,5.0 70,3.0"
    )
    assert trend.end == ("70", "3.0")
    assert trend.words == "Rank over 8 weeks: 9, 9, 5, 5, 3, 3, 2, 2, 1"


def test_a_line_begins_where_the_requirement_does():
    trend = trend_of([None] * 7 + [3], 2, lowest=3)

    assert trend.points == "61.25,19.0 70,11.0"
    assert trend.words.endswith("–, 3, 2")
    assert trend_of(None, 1, lowest=1).points == "70,3.0"
    assert trend_of([1] * 8, None, lowest=1) is None


@pytest.fixture
def rota(db):
    """Alice's, as old as three months; swap shifts was second until four days ago."""
    alice = cast.user("alice")
    product = cast.rota(alice)
    Product.objects.filter(pk=product.pk).update(created_at=timezone.now() - timedelta(days=90))
    of_nurses = Rating.objects.filter(requirement__number=1, persona__name="Nurse")
    of_nurses.update(value=-1)
    _dated(product, days=30)
    of_nurses.update(value=4)
    _dated(product, days=4)
    return product


def _dated(product, *, days):
    """Rescore as that many days ago."""
    then = timezone.now() - timedelta(days=days)
    version = rescore(product.pk)
    runs = ScoringRun.objects.filter(product=product, version=version)
    ScoreChange.objects.filter(run__in=runs).update(created_at=then)
    runs.update(computed_at=then)


def asked(who="alice", **query):
    client = Client()
    client.force_login(cast.User.objects.get(username=who))
    return client.get("/p/ROTA/", query)


def test_a_row_says_how_far_it_moved_in_two_weeks(rota):
    answer = asked()

    lines = {line.number: line for group in answer.context["page"].groups for line in group.lines}
    assert (lines[1].climbed, lines[1].fell) == (1, 0)
    assert (lines[2].climbed, lines[2].fell) == (0, 1)
    # 30 days ago is within the fifth week back; its ranks stood at the ends of the last four.
    assert lines[1].trend.words == "Rank over 8 weeks: –, –, –, –, 2, 2, 2, 2, 1"
    assert lines[3].trend is None
    assert "up 1 since two weeks ago" in text(answer)
    assert "8 weeks" in text(answer)


def test_under_value_for_effort_its_place_takes_the_quotient(rota):
    answer = asked(order="value_for_effort")

    assert "8 weeks" not in text(answer)
    assert "Per effort" in text(answer)
    assert "since two weeks ago" not in text(answer)


def test_before_two_weeks_of_history_there_is_no_trend(rota):
    ScoringRun.objects.filter(product=rota).update(computed_at=timezone.now())

    assert "8 weeks" not in text(asked())
    assert "since two weeks ago" not in text(asked())


def test_a_shipped_one_tells_what_was_expected_and_what_came(rota):
    # Half of the nurses were assumed to use it, and a quarter of 4/5 of the rest to follow.
    Requirement.objects.filter(number=1).update(status="shipped")
    rescore(rota.pk)
    nurse = rota.personas.get(name="Nurse")
    today = timezone.localdate()
    record_reading(
        persona=nurse, observed_on=today, by=None, installed=490, active=200, worked_around=5
    )
    rescore(rota.pk)

    answer = asked(closed="1")

    # (200 − 5 + 10 · 0.5) / (490 + 10).
    assert "expected 60\xa0%, now 40\xa0% use it" in answer.content.decode()
    assert "expected" not in text(asked())
