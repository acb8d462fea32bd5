"""What /healthz and /readyz tell whoever watches. With real outages: tests/faults."""

import pytest
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from prioritisation.models import ProductChange, ScoringState
from prioritisation.pipeline import health
from prioritisation.pipeline.rescoring import rescore
from tests.cast import rota, signed_in, user


@pytest.fixture
def product(db):
    product = rota(user("alice"))
    rescore(product.pk)
    return product


def mark(product, *, seconds_ago):
    return ProductChange.objects.create(
        product_id=product.pk,
        table_name="by hand",
        created_at=timezone.now() - timezone.timedelta(seconds=seconds_ago),
    )


@pytest.fixture
def client(settings):
    """A monitor that has the key."""
    settings.HEALTH_KEY = "a key of thirty characters or so"
    return Client(headers={"Authorization": f"Bearer {settings.HEALTH_KEY}"})


@pytest.mark.parametrize("seconds_ago", [0, 21])
def test_strangers_are_told_green_or_red_alone(client, product, settings, seconds_ago):
    status = "red" if seconds_ago else "green"
    mark(product, seconds_ago=seconds_ago)
    strangers = [
        Client(),
        Client(headers={"Authorization": "Bearer another key"}),
        signed_in(product.memberships.get().user),
    ]

    assert [stranger.get("/healthz").json() for stranger in strangers] == [{"status": status}] * 3
    staff = signed_in(user("sam", is_staff=True)).get("/healthz")
    assert (staff.status_code == 503, "behind" in staff.json()) == (status == "red", True)
    settings.HEALTH_KEY = ""
    for given in ("", "Bearer ", "Bearer"):
        answer = Client(headers={"Authorization": given}).get("/healthz")
        assert answer.json() == {"status": status}


def test_scores_that_hold_everything_are_green(client, product):
    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {
        "status": "green",
        "database": True,
        "broker": True,
        "oldest_mark_seconds": 0,
        "behind": [],
        "failing": [],
    }


def test_a_young_mark_is_green(client, product):
    mark(product, seconds_ago=3)

    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json()["oldest_mark_seconds"] == pytest.approx(3, abs=1)


def test_a_mark_over_twenty_seconds_old_is_red_and_names_its_product(client, product):
    mark(product, seconds_ago=21)

    response = client.get("/healthz")

    assert response.status_code == 503
    assert [late["product"] for late in response.json()["behind"]] == ["ROTA"]


def test_a_product_that_fails_is_named_with_its_error_but_not_its_rows(client, product):
    ScoringState.objects.update(
        error="IntegrityError: no such thing\nDETAIL: (secret)", failed_at=timezone.now()
    )

    (failing,) = client.get("/healthz").json()["failing"]

    assert (failing["product"], failing["error"]) == ("ROTA", "IntegrityError: no such thing")


def test_health_without_a_database_is_red(client, db, monkeypatch):
    monkeypatch.setattr(health, "_marked_products", fail)

    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json()["database"] is False


def fail():
    raise OperationalError("server closed the connection")


def test_ready_with_database_migrations_and_triggers(client, db):
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "database": True,
        "missing": {"migrations": [], "triggers": []},
    }


def test_not_ready_before_a_migration(client, db):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'personas' AND name LIKE '0001%'")

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["missing"]["migrations"] == ["personas.0001_initial"]


def rating_trigger():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'prioritisation_rating'::regclass"
            " AND tgname LIKE '%%marks_product_on_update%%'"
        )
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    "how",
    [
        "DROP TRIGGER {} ON prioritisation_rating",
        "ALTER TABLE prioritisation_rating DISABLE TRIGGER {}",
    ],
)
def test_a_trigger_that_does_not_fire_is_seen(client, db, how):
    assert run_checks(tags=[Tags.database], databases=["default"]) == []
    with connection.cursor() as cursor:
        cursor.execute(how.format(rating_trigger()))

    response = client.get("/readyz")
    (error,) = run_checks(tags=[Tags.database], databases=["default"])

    assert response.status_code == 503
    assert response.json()["missing"]["triggers"] == [
        "prioritisation.Rating: marks_product_on_update"
    ]
    assert "prioritisation.Rating: marks_product_on_update" in error.msg


def test_the_check_lets_migrate_run_on_an_empty_database(db):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'prioritisation'")
        cursor.execute(f"DROP TRIGGER {rating_trigger()} ON prioritisation_rating")

    call_command("check", databases=["default"])
