"""What moved, and who moved it: told once a week to each member, and only where something did."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Kind, Notification
from accounts.notifications import choose
from prioritisation.history.weekly import WeeklyRound, week_told_at
from prioritisation.models import Rating
from prioritisation.pipeline.rescoring import rescore
from prioritisation.pipeline.transactions import writing
from products.models import Product
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)

#: a Wednesday
NOW = timezone.now().replace(hour=12) + timedelta(days=(2 - timezone.now().weekday()) % 7)
LAST_WEEK, BEFORE = week_told_at(NOW) - timedelta(days=3), week_told_at(NOW) - timedelta(days=12)


@pytest.fixture
def rota(alice):
    """Scored twelve days before the week's end, and again within the week: Bob's rating put
    Single sign-on first. Bob has another product, in which nothing moved."""
    product, bob = cast.rota(alice), cast.user("bob")
    cast.join(product, bob, "contributor")
    cast.user("charlie")
    rescore(product.pk)
    ran_at(product, BEFORE)
    with writing(means="session", user=bob):
        nurse_says = Rating.objects.filter(product=product, persona__name="Nurse")
        nurse_says.filter(requirement__number=1).update(value=-5)
    rescore(product.pk)
    ran_at(product, LAST_WEEK, version=2)
    return product


def ran_at(product, moment, version=1):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE prioritisation_scoringrun SET computed_at = %s"
            " WHERE product_id = %s AND version = %s",
            [moment, product.pk, version],
        )


def test_samples_are_no_news(rota):
    Product.objects.update(is_sample=True)

    assert WeeklyRound(NOW).go_on() is True
    assert not Notification.objects.exists()


def test_each_member_is_told_what_moved_and_who_moved_it(rota):
    assert WeeklyRound(NOW).go_on() is True

    rows = Notification.objects.order_by("user__username")
    assert [(str(row.user), row.kind, row.mail) for row in rows] == [
        ("alice", "weekly", "due"),
        ("bob", "weekly", "due"),
    ]
    assert rows[0].title.startswith("What moved in Rota, week to ")
    assert rows[0].path == "/p/ROTA/history/"
    first, *_others = rows[0].text.splitlines()[1:]
    assert first.startswith("ROTA-1 Swap shifts in two taps, 1 → 2: −")
    assert "(bob)" in first


def test_each_is_told_once_a_week_whoever_tells(rota):
    WeeklyRound(NOW).go_on()
    WeeklyRound(NOW).go_on()
    late = WeeklyRound(NOW)
    late._left.extend(Notification.objects.values_list("user", flat=True))  # two at the same time
    late.go_on()

    assert Notification.objects.count() == 2


def test_broken_off_it_goes_on_with_the_others(rota):
    wanted = iter([True, False])
    assert WeeklyRound(NOW).go_on(wanted=lambda: next(wanted)) is False
    assert Notification.objects.count() == 1

    WeeklyRound(NOW).go_on()

    assert Notification.objects.count() == 2


def test_a_product_whose_past_cant_be_told_ends_nothing(rota, monkeypatch):
    def fail(*_arguments):
        raise ValueError

    monkeypatch.setattr("prioritisation.history.weekly.what_moved", fail)

    assert WeeklyRound(NOW).go_on() is True

    assert not Notification.objects.exists()


def test_a_quiet_week_tells_nothing(rota):
    assert WeeklyRound(NOW + timedelta(weeks=1)).go_on() is True

    assert not Notification.objects.exists()


def test_each_is_told_in_the_way_they_chose(rota, alice):
    choose(alice, Kind.WEEKLY, on_page=True, by_mail=False)
    choose(cast.User.objects.get(username="bob"), Kind.WEEKLY, on_page=False, by_mail=False)

    WeeklyRound(NOW).go_on()

    row = Notification.objects.get()
    assert (row.user, row.mail) == (alice, "none")


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        ((2026, 11, 23, 5), (2026, 11, 16)),
        ((2026, 11, 23, 7), (2026, 11, 23)),
        ((2026, 11, 29, 23), (2026, 11, 23)),
    ],
)
def test_a_week_is_told_from_monday_morning_on(now, monday):
    assert week_told_at(datetime(*now, tzinfo=UTC)).date() == datetime(*monday).date()  # noqa: DTZ001
