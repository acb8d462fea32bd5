from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from prioritisation.models import ScoreChange, ScoringPolicy
from prioritisation.outcomes.selectors import read_outcomes
from prioritisation.pipeline import retention
from prioritisation.pipeline.rescoring import rescore
from prioritisation.pipeline.retention import thin_history
from products.models import Requirement
from tests.cast import rota, user
from tests.processes import own_cursor

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LONG_AGO = datetime(2025, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def change(db):
    product = rota(user("alice"))
    rescore(product.pk)
    ScoreChange.objects.exclude(requirement_key="ROTA-1").delete()
    return ScoreChange.objects.get()


def again(change, *, at, score, ranked=True):
    change.pk = None
    change.created_at, change.score, change.ranked = at, score, ranked
    change.save(force_insert=True)


def test_of_a_day_over_a_year_ago_the_last_change_stays(change):
    ScoreChange.objects.update(created_at=LONG_AGO, score=1)
    again(change, at=LONG_AGO + timedelta(hours=3), score=2)
    again(change, at=LONG_AGO + timedelta(hours=14), score=3)
    again(change, at=LONG_AGO + timedelta(hours=20), score=4)

    assert thin_history(at=NOW) == 2
    assert list(ScoreChange.objects.order_by("id").values_list("score", flat=True)) == [3, 4]


def test_what_was_expected_of_it_stays_though_it_shipped_the_same_day(change):
    ScoreChange.objects.update(created_at=LONG_AGO, score=1)
    again(change, at=LONG_AGO + timedelta(hours=1), score=2)
    again(change, at=LONG_AGO + timedelta(hours=2), score=2, ranked=False)
    product = change.product
    Requirement.objects.filter(pk=change.requirement_id).update(status="shipped")
    rescore(product.pk)
    (shipped,) = read_outcomes(product).shipped

    assert thin_history(at=NOW) == 1
    assert read_outcomes(product).shipped == [shipped]


def test_of_the_last_year_every_change_stays(change):
    recent = NOW - timedelta(days=364)
    ScoreChange.objects.update(created_at=recent, score=1)
    again(change, at=recent + timedelta(hours=1), score=2)

    assert thin_history(at=NOW) == 0
    assert ScoreChange.objects.count() == 2


@pytest.fixture
def three_of_a_day(change):
    ScoreChange.objects.update(created_at=LONG_AGO, score=1)
    again(change, at=LONG_AGO + timedelta(hours=1), score=2)
    again(change, at=LONG_AGO + timedelta(hours=2), score=3)
    return change


def scores():
    return list(ScoreChange.objects.order_by("id").values_list("score", flat=True))


def test_broken_off_it_has_lost_nothing_and_goes_on_when_started_again(three_of_a_day, monkeypatch):
    monkeypatch.setattr(retention, "ENTRIES_AT_ONCE", 1)
    wanted = iter([True, False])

    assert thin_history(at=NOW, wanted=lambda: next(wanted)) == 1
    assert scores() == [2, 3]
    assert thin_history(at=NOW) == 1
    assert scores() == [3]


def test_each_requirements_days_are_its_own(change):
    ScoreChange.objects.update(created_at=LONG_AGO, score=1)
    again(change, at=LONG_AGO + timedelta(days=1), score=2)
    change.requirement_id += 1
    again(change, at=LONG_AGO + timedelta(days=1), score=3)

    assert thin_history(at=NOW) == 0
    assert scores() == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_a_rescore_goes_on_while_a_part_of_the_history_is_being_thinned(three_of_a_day):
    product = three_of_a_day.product
    policy = ScoringPolicy.objects.filter(product=product)
    with own_cursor() as thinner:
        thinner.execute("BEGIN")
        thinner.execute("DELETE FROM prioritisation_scorechange WHERE score < 3 RETURNING id")
        assert len(thinner.fetchall()) == 2
        policy.update(end_user_say=0.8)
        version = rescore(product.pk)
        thinner.execute("ROLLBACK")

    assert version == 2


@pytest.mark.django_db(transaction=True)
def test_the_command_thins_and_the_sweeper_leaves_the_history_alone(three_of_a_day):
    call_command("sweep_scores", "--once")
    assert scores() == [1, 2, 3]

    said = StringIO()
    call_command("thin_history", stdout=said)
    assert scores() == [3]
    assert said.getvalue() == "2 entries removed\n"
