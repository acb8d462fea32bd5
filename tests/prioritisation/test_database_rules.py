"""What the database itself refuses or does, whoever writes."""

import contextlib
import io
import math

import pghistory.models
import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from accounts.history import acting
from accounts.models import User
from personas.models import AdoptionReading, Persona
from prioritisation.models import Rating, ScoringPolicy
from products.models import Comment, Membership, Product, Requirement
from products.roles import Role
from products.services import add_requirements
from tests.cast import join, rota, user

pytestmark = pytest.mark.scores_are_tampered_with


@pytest.fixture
def product(alice):
    return rota(alice)


@contextlib.contextmanager
def refused(match, error=DatabaseError):
    with pytest.raises(error, match=match), transaction.atomic():  # noqa: PT012
        yield
        # Deferred ones speak at COMMIT, which a test's transaction never reaches.
        in_sql("SET CONSTRAINTS ALL IMMEDIATE")


def in_sql(statement, values=()):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


# Versions


def by_save(row):
    row.updated_by = User.objects.first()
    row.save()


def by_update(row):
    type(row).objects.update(updated_by=User.objects.first())


def by_bulk_update(row):
    row.updated_by = User.objects.first()
    type(row).objects.bulk_update([row], ["updated_by"])


def by_sql(row):
    in_sql(f"UPDATE {row._meta.db_table} SET updated_by_id = (SELECT min(id) FROM accounts_user)")


def editable_rows(product):
    persona = product.personas.first()
    requirement = product.requirements.first()
    reading = AdoptionReading.objects.create(
        product=product, persona=persona, observed_on="2026-11-01", installed=9, active=5
    )
    comment = Comment.objects.create(
        product=product, requirement=requirement, author=User.objects.first(), text="Yes."
    )
    rows = [product, product.policy, persona, requirement, reading, comment]
    return [*rows, product.memberships.first(), Rating.objects.first()]


@pytest.mark.parametrize("write", [by_save, by_update, by_bulk_update, by_sql])
def test_every_way_of_updating_raises_the_version_of_every_editable_row(product, write):
    for row in editable_rows(product):
        type(row).objects.update(updated_by=None)
        row.refresh_from_db()
        before = row.version

        write(row)

        row.refresh_from_db()
        assert row.version == before + 1, row._meta.label


def test_an_update_that_changes_nothing_is_no_new_version(product):
    before = Rating.objects.first().version

    Rating.objects.update(value=models.F("value"))

    assert Rating.objects.first().version == before


def test_a_new_number_is_no_new_version_of_the_product(product):
    before = Product.objects.get().version

    Requirement.objects.create(product=product, title="One more")

    assert Product.objects.get().version == before


# One product


def test_a_rating_never_joins_two_products(product, alice):
    other = rota(user("bob"))
    rating = {"product": product, "rater": alice, "value": 1, "basis": "seen"}
    ours, theirs = product.requirements.get(number=3), other.requirements.get(number=3)

    with refused("rating_persona_id_of_one_product", IntegrityError):
        Rating.objects.create(requirement=ours, persona=other.personas.first(), **rating)
    with refused("rating_requirement_id_of_one_product", IntegrityError):
        Rating.objects.create(requirement=theirs, persona=product.personas.first(), **rating)
    with refused("reading_persona_id_of_one_product", IntegrityError):
        AdoptionReading.objects.create(
            product=product,
            persona=other.personas.first(),
            observed_on="2026-11-01",
            installed=9,
            active=5,
        )


def test_nothing_moves_to_another_product(product):
    other = rota(user("bob"))

    for model in (Requirement, Persona, Rating, ScoringPolicy, Membership):
        with refused("Cannot update rows"):
            model.objects.filter(product=product).update(product=other)


def test_a_products_key_and_a_requirements_number_stay(product):
    with refused("Cannot update rows"):
        Product.objects.update(key="OTHER")
    with refused("Cannot update rows"):
        Requirement.objects.filter(number=1).update(number=9)


# Owners


def test_a_product_keeps_its_last_owner(product):
    with refused("keeps an owner", IntegrityError):
        Membership.objects.update(role=Role.VIEWER)
    with refused("keeps an owner", IntegrityError):
        Membership.objects.all().delete()


def test_owners_may_change_within_one_transaction(product):
    bob = join(product, user("bob"), "viewer")
    with transaction.atomic():
        Membership.objects.exclude(pk=bob.pk).update(role=Role.VIEWER)
        Membership.objects.filter(pk=bob.pk).update(role=Role.OWNER)
        in_sql("SET CONSTRAINTS ALL IMMEDIATE")

    assert Membership.objects.get(role=Role.OWNER).user == bob.user


# Numbers


def test_a_number_is_never_used_again(product, alice):
    product.requirements.get(number=3).delete()

    assert Requirement.objects.create(product=product, title="Next").number == 4
    added = add_requirements(
        product=product, by=alice, requirements=[Requirement(title="A"), Requirement(title="B")]
    )
    assert [requirement.number for requirement in added] == [5, 6]


def test_a_number_given_by_copy_is_used_up(product):
    with connection.cursor() as cursor:
        cursor.copy_expert(
            "COPY products_requirement (product_id, number, title, description, decision, tags)"
            " FROM STDIN (FORMAT csv)",
            io.StringIO(f'{product.pk},40,From outside,"","",{{}}\n'),
        )

    assert Requirement.objects.create(product=product, title="Next").number == 41


# Input history


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


def test_an_event_is_neither_changed_nor_removed(product):
    with refused("Cannot update or delete rows|Cannot update|Cannot delete"):
        in_sql("UPDATE prioritisation_ratingevent SET value = 0")
    with refused("Cannot update or delete rows|Cannot update|Cannot delete"):
        in_sql("DELETE FROM prioritisation_ratingevent")


# Numbers that are none


def float_columns():
    worked_out = {"ScoringRun", "Score", "ScoreChange", "Analysis"}
    return [
        (model, field)
        for app in ("products", "personas", "prioritisation")
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.fields
        if isinstance(field, models.FloatField)
        and not issubclass(model, pghistory.models.Event)
        and model.__name__ not in worked_out
    ]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    ("model", "field"), float_columns(), ids=lambda value: getattr(value, "name", None)
)
def test_no_measure_is_nan_or_infinite(product, model, field, value):
    assert model.objects.exists()
    with refused("violates check constraint", IntegrityError):
        model.objects.update(**{field.name: value})


def test_every_measure_is_among_those_tried():
    assert {field.name for _model, field in float_columns()} == {
        "capacity",
        "effort",
        "importance",
        "end_user_say",
        "people_exponent",
        "gap_emphasis",
        "responsiveness",
        "assumed_adoption",
        "assumed_seats",
    }


@pytest.mark.parametrize(
    ("model", "column", "values"),
    [
        (Rating, "value", [-6, 6]),
        (Requirement, "effort", [0, 0.009, 1_000_001]),
        (Requirement, "number", [0]),
        (Persona, "headcount", [0, 1_000_000_001]),
        (Persona, "importance", [-1, 1_001]),
        (ScoringPolicy, "end_user_say", [0.4, 0.96]),
        (ScoringPolicy, "end_user_say", [0.66]),
        (Product, "capacity", [0, 1_000_001]),
    ],
)
def test_measures_have_bounds(product, model, column, values):
    for value in values:
        with refused("violates check constraint|Cannot update rows", DatabaseError):
            model.objects.update(**{column: value})
