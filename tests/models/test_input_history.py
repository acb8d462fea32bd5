"""Who changed what, when and how, is kept by the database itself."""

import io

import pghistory.models
import pytest
from django.apps import apps
from django.db import connection

from accounts.history import acting
from personas.models import AdoptionReading, Persona
from prioritisation.models import Rating, Scenario, ScenarioPersona, ScoringPolicy
from products.models import Comment, Membership, Product, Requirement
from tests.cast import rota
from tests.models.refusals import in_sql, refused

pytestmark = pytest.mark.scores_are_tampered_with


@pytest.fixture
def product(alice):
    return rota(alice)


def test_the_input_history_tells_who_changed_what_and_how(product, alice):
    with acting(means="admin", user=alice):
        Rating.objects.filter(requirement__number=1, persona__kind="end_user").update(value=-2)

    event = Rating.pgh_event_model.objects.order_by("-pgh_id").first()
    assert (event.pgh_label, event.value) == ("update", -2)
    assert event.pgh_context == {"means": "admin", "user": alice.pk}


def test_copy_is_in_the_history_with_its_actor(product, alice):
    rating = Rating.objects.first()
    with acting(means="import", user=alice), connection.cursor() as cursor:
        # Not a SELECT: pghistory sends the context along with the next statement that may write.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.copy_expert(
            "COPY prioritisation_rating (product_id, requirement_id, persona_id, value, basis,"
            " source) FROM STDIN (FORMAT csv)",
            io.StringIO(
                f"{product.pk},{rating.requirement_id},{rating.persona_id},4,seen,a survey\n"
            ),
        )

    event = Rating.pgh_event_model.objects.order_by("-pgh_id").first()
    assert (event.pgh_label, event.source) == ("insert", "a survey")
    assert event.pgh_context == {"means": "import", "user": alice.pk}


def test_a_deletion_by_cascade_is_in_the_history(product):
    ratings = Rating.objects.count()

    in_sql("DELETE FROM products_product")

    events = Rating.pgh_event_model.objects.filter(pgh_label="delete")
    assert events.count() == ratings == 4


def test_every_input_table_has_a_history():
    tracked = {event.pgh_tracked_model for event in event_models()}

    assert tracked >= {
        Product,
        Membership,
        Requirement,
        Comment,
        Persona,
        AdoptionReading,
        Rating,
        ScoringPolicy,
        Scenario,
        ScenarioPersona,
    }


def event_models():
    return [model for model in apps.get_models() if issubclass(model, pghistory.models.Event)]


@pytest.mark.parametrize("event", event_models(), ids=lambda event: event._meta.object_name)
def test_the_history_can_only_grow(db, event):
    # Even without a row: a trigger of the statement, or of the row, is there for both.
    table = event._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'O'"
            " AND tgname LIKE %s",
            [table, "%append_only%"],
        )
        assert cursor.fetchone()


@pytest.mark.parametrize("event", event_models(), ids=lambda event: event._meta.object_name)
def test_every_insert_update_and_delete_of_a_tracked_row_is_kept(db, event):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substring(tgname FROM 'pgtrigger_(insert|update|delete)_') FROM pg_trigger"
            " WHERE tgrelid = %s::regclass AND tgenabled = 'O' AND tgname ~ %s",
            [event.pgh_tracked_model._meta.db_table, "insert_insert|update_update|delete_delete"],
        )
        assert sorted(cursor.fetchall()) == [("delete",), ("insert",), ("update",)]


def test_an_event_is_neither_changed_nor_removed(product):
    with refused("Cannot update or delete rows|Cannot update|Cannot delete"):
        in_sql("UPDATE prioritisation_ratingevent SET value = 0")
    with refused("Cannot update or delete rows|Cannot update|Cannot delete"):
        in_sql("DELETE FROM prioritisation_ratingevent")
