"""A write that changes nothing does nothing: no version, no time, no history, no mark."""

import pytest
from django.db import connection
from django.db.models import F

from personas.models import AdoptionReading, Persona
from prioritisation.models import ProductChange, Rating, Scenario, ScoringPolicy
from products.models import Comment, Membership, Product, Requirement
from tests import crawling
from tests.cast import user
from tests.models.refusals import in_sql

#: each with a column that may change
INPUTS = {
    Product: "name",
    Membership: "role",
    Requirement: "title",
    Comment: "text",
    Persona: "summary",
    AdoptionReading: "note",
    Rating: "note",
    ScoringPolicy: "reason",
    Scenario: "note",
}


@pytest.fixture
def product(db):
    product = crawling.cast()
    ProductChange.objects.all().delete()
    return product


def rows(model):
    """As text, with every column, and how many events tell of them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t::text FROM {model._meta.db_table} t ORDER BY id")
        return cursor.fetchall(), model.pgh_event_model.objects.count()


def by_update(model, column):
    model.objects.update(**{column: F(column)})


def by_save(model, column):
    for row in model.objects.all():
        row.save()


def by_bulk_update(model, column):
    model.objects.bulk_update(model.objects.all(), [column, "updated_by"])


def by_hand(model, column):
    in_sql(f"UPDATE {model._meta.db_table} SET {column} = {column}, version = 99")


WRITES = [by_update, by_save, by_bulk_update, by_hand]


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__)
def test_no_row_event_or_mark_comes_of_it(product, write):
    for model, column in INPUTS.items():
        before = rows(model)

        write(model, column)

        assert rows(model) == before, model
    assert not ProductChange.objects.exists()


def test_the_control_a_change_is_all_of_that(product):
    for model, column in INPUTS.items():
        row, bob = model.objects.order_by("pk").last(), user(f"bob of {model.__name__}")
        events, value = model.pgh_event_model.objects.count(), getattr(row, column)
        version, value = row.version, value - 1 if isinstance(value, int) else f"{value}!"

        model.objects.filter(pk=row.pk).update(**{column: value, "updated_by": bob})

        row.refresh_from_db()
        assert (row.version, row.updated_by) == (version + 1, bob), model
        assert model.pgh_event_model.objects.count() == events + 1, model
    marked = set(ProductChange.objects.values_list("table_name", flat=True))
    assert len(marked) == 5  # products, members, comments and scenarios aren't scored


def test_of_many_rows_only_those_that_change_are_marked(product):
    Rating.objects.update(value=5)

    # Three of the four say something else than 5 before.
    changed = ProductChange.objects.values_list("requirement_id", flat=True)
    assert sorted(changed) == sorted(
        Requirement.objects.filter(number__in=[1, 2]).values_list("pk", flat=True)
    )
    assert Rating.objects.filter(version=1).count() == 2


def test_a_number_taken_is_kept_and_is_no_edit(product):
    assert Product.objects.take_numbers(product.pk, 2) == 4
    assert Product.objects.take_numbers(product.pk, 1) == 6
    product.refresh_from_db()
    assert product.version == 1


@pytest.fixture
def alice(product, client):
    """Who saves what somebody else, or nobody, has written."""
    alice = product.memberships.get(role=4).user
    client.force_login(alice)
    return alice


API = [
    (Product, "products/ROTA/", "name"),
    (Requirement, "requirements/{pk}/", "title"),
    (Persona, "personas/{pk}/", "headcount"),
    (AdoptionReading, "adoption-readings/{pk}/", "installed"),
    (Rating, "ratings/{pk}/", "value"),
    (Scenario, "scenarios/{pk}/", "personas"),
]


@pytest.mark.parametrize(("model", "path", "field"), API, ids=lambda one: str(one))
def test_a_patch_that_changes_nothing(product, alice, client, model, path, field):
    path = f"/api/v1/{path.format(pk=model.objects.order_by('pk').last().pk)}"
    had, before = client.get(path).json(), rows(model)
    change = {field: had[field]}

    answer = client.patch(path, change, "application/json", headers={"If-Match": '"1"'})

    assert (answer.status_code, answer["ETag"], answer.json()) == (200, '"1"', had)
    assert rows(model) == before
    assert not ProductChange.objects.exists()


def test_a_policy_keeps_the_reason_of_weights_that_stay(product, alice, client):
    ScoringPolicy.objects.update(end_user_say=0.6, reason="The board wants it")
    ProductChange.objects.all().delete()
    before, path = rows(ScoringPolicy), "/api/v1/products/ROTA/policy/"

    patched = client.patch(
        path, {"end_user_say": 0.6}, "application/json", headers={"If-Match": '"2"'}
    )
    form = client.get("/p/ROTA/weighed/").context["form"]
    shown = {field.html_name: field.value() or "" for field in form}
    saved = client.post("/p/ROTA/weighed/", shown)

    assert (patched.status_code, saved.status_code) == (200, 302), saved.context["form"].errors
    assert rows(ScoringPolicy) == before
    assert not ProductChange.objects.exists()
    # Other weights need a reason of their own.
    other = client.post("/p/ROTA/weighed/", shown | {"gap_emphasis": "50"})
    assert other.status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/p/ROTA/edit/",
        "/p/ROTA/requirements/1/edit/",
        "/p/ROTA/personas/{persona}/",
        "/p/ROTA/scenarios/{scenario}/",
    ],
)
def test_a_form_that_is_saved_as_it_was_shown(product, alice, client, path):
    persona, scenario = product.personas.get(name="Nurse"), product.scenarios.get()
    path = path.format(persona=persona.pk, scenario=scenario.pk)
    before = [rows(model) for model in INPUTS]
    form = client.get(path).context["form"]
    shown = {field.html_name: "" if field.value() is None else field.value() for field in form}

    answer = client.post(path, shown)

    assert answer.status_code == 302
    assert [rows(model) for model in INPUTS] == before
    assert not ProductChange.objects.exists()


def test_a_bulk_edit_to_what_stands_there(product, alice, client):
    Requirement.objects.update(effort=3)
    ProductChange.objects.all().delete()
    before = rows(Requirement)
    seen = [f"{row.number}.{row.version}" for row in product.requirements.all()]

    answer = client.post("/p/ROTA/bulk/", {"row": seen, "what": "effort", "effort": "3"})

    assert answer.status_code == 302
    assert rows(Requirement) == before
    assert not ProductChange.objects.exists()


def test_a_cell_or_a_rating_given_once_more(product, alice, client):
    rating = Rating.objects.get(requirement__number=1, persona__name="Nurse")
    before, at = rows(Rating), f"{rating.requirement_id}.{rating.persona_id}"
    given = {"persona": rating.persona_id, "value": 5, "basis": "seen"}

    client.post("/p/ROTA/rate/cells/", {f"c.{at}.1.": "5 s"})
    client.post("/p/ROTA/requirements/1/rate/", given | {"version": 1})
    path = f"/api/v1/requirements/{rating.requirement_id}/ratings/"
    client.post(path, given, "application/json")
    ratings = [given | {"requirement": rating.requirement_id}]
    client.post("/api/v1/products/ROTA/ratings/", ratings, "application/json")

    assert rows(Rating) == before
    assert not ProductChange.objects.exists()


def test_a_reading_of_the_same_day_with_the_same_figures(product, alice, client):
    nurse, before = product.personas.get(name="Nurse"), rows(AdoptionReading)
    day = {"observed_on": "2026-11-01", "installed": 9, "active": 5}

    client.post(f"/api/v1/adoption-readings/?persona={nurse.pk}", day, "application/json")

    assert rows(AdoptionReading) == before
    assert not ProductChange.objects.exists()
