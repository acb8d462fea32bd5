"""Every way of writing marks what it changed, in its own transaction; nothing else marks."""

import io
import os
import shutil
import subprocess
import sys

import pytest
from django.db import connection
from django.db.models import F

from accounts.models import User
from personas.models import AdoptionReading, Persona
from prioritisation.models import ProductChange, Rating, ScoringPolicy
from products.models import Requirement
from tests.cast import rota, user
from tests.models.refusals import in_sql
from tests.pipeline.marking import marks, nurse_on_swap, unmarked
from tests.processes import database_url

pytestmark = pytest.mark.scores_are_tampered_with


@pytest.fixture
def product(db):
    return unmarked(rota(user("alice")))


def by_save(rating):
    rating.value = -1
    rating.save()


def by_update(rating):
    Rating.objects.filter(pk=rating.pk).update(value=-1)


def by_f_expression(rating):
    Rating.objects.filter(pk=rating.pk).update(value=F("value") - 6)


def by_bulk_update(rating):
    rating.value = -1
    Rating.objects.bulk_update([rating], ["value"])


def by_upsert(rating):
    # Its unique index is partial, which bulk_create can't name.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO prioritisation_rating (product_id, requirement_id, persona_id, rater_id,"
            " value, basis) VALUES (%s, %s, %s, %s, -1, 'seen')"
            " ON CONFLICT (requirement_id, persona_id, rater_id) WHERE rater_id IS NOT NULL"
            " DO UPDATE SET value = EXCLUDED.value",
            [rating.product_id, rating.requirement_id, rating.persona_id, rating.rater_id],
        )


def by_delete(rating):
    rating.delete()


def by_raw_delete(rating):
    rows = Rating.objects.filter(pk=rating.pk)
    rows._raw_delete(rows.db)


def by_raw_sql(rating):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE prioritisation_rating SET value = -1 WHERE id = %s", [rating.pk])


WRITES = [
    by_save,
    by_update,
    by_f_expression,
    by_bulk_update,
    by_upsert,
    by_delete,
    by_raw_delete,
    by_raw_sql,
]


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__)
def test_a_changed_rating_marks_its_requirement(product, write):
    write(nurse_on_swap(product))

    assert marks() == {(1, "rating")}


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__)
def test_the_control_without_its_triggers_nothing_marks(product, write):
    in_sql("SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE prioritisation_rating DISABLE TRIGGER USER")

    write(nurse_on_swap(product))

    assert marks() == set()


def new_rating(product, number, value=2):
    return Rating(
        product=product,
        requirement=product.requirements.get(number=number),
        persona=product.personas.get(name="Nurse"),
        value=value,
        basis="asked",
        source="a survey",
    )


def test_bulk_create_marks_each_requirement(product):
    Rating.objects.bulk_create([new_rating(product, 2), new_rating(product, 3)])

    assert marks() == {(2, "rating"), (3, "rating")}


def test_bulk_create_with_update_conflicts_marks(product):
    nurse = product.personas.get(name="Nurse")
    persona = Persona(product=product, name="Nurse", kind="end_user", headcount=7)

    Persona.objects.bulk_create(
        [persona],
        update_conflicts=True,
        update_fields=["headcount"],
        unique_fields=["product", "name"],
    )

    nurse.refresh_from_db()
    assert (nurse.headcount, nurse.version) == (7, 2)
    assert marks() == {(None, "persona")}


def test_a_cascade_marks_what_it_takes_along(product):
    nurse = product.personas.get(name="Nurse")

    in_sql(f"DELETE FROM personas_persona WHERE id = {nurse.pk}")

    assert marks() == {(None, "persona"), (1, "rating"), (2, "rating")}


def test_copy_marks(product):
    copy_ratings(product, [(3, 4)])

    assert marks() == {(3, "rating")}


def copy_ratings(product, rows):
    nurse = product.personas.get(name="Nurse")
    ids = dict(product.requirements.values_list("number", "id"))
    lines = "".join(
        f"{product.pk},{ids[number]},{nurse.pk},{value},seen,a survey\n" for number, value in rows
    )
    with connection.cursor() as cursor:
        cursor.copy_expert(
            "COPY prioritisation_rating (product_id, requirement_id, persona_id, value, basis,"
            " source) FROM STDIN (FORMAT csv)",
            io.StringIO(lines),
        )


OTHER_CLIENT = """
import sys, psycopg2
connection = psycopg2.connect(sys.argv[1])
with connection, connection.cursor() as cursor:
    cursor.execute(sys.argv[2])
"""


def in_another_client(statement):
    """By psql; by a bare psycopg2 process on machines that have none."""
    url = database_url()
    psql = shutil.which("psql")
    command = (
        [psql, "-X", "-v", "ON_ERROR_STOP=1", url, "-c", statement]
        if psql
        else [sys.executable, "-c", OTHER_CLIENT, url, statement]
    )
    subprocess.run(command, check=True, capture_output=True, timeout=20, env=os.environ)


def test_psql_marks(transactional_db):
    product = unmarked(rota(user("alice")))

    in_another_client(
        f"UPDATE prioritisation_rating SET value = -1 WHERE product_id = {product.pk}"
    )

    assert marks() == {(1, "rating"), (2, "rating")}


def test_every_input_marks(product):
    nurse = product.personas.get(name="Nurse")
    for write, table in [
        (lambda: ScoringPolicy.objects.update(end_user_say=0.7), "scoringpolicy"),
        (lambda: Persona.objects.filter(pk=nurse.pk).update(importance=2), "persona"),
        (lambda: reading(nurse), "adoptionreading"),
    ]:
        unmarked(product)
        write()
        assert marks() == {(None, table)}
    unmarked(product)
    Requirement.objects.filter(number=2).update(effort=3)
    assert marks() == {(2, "requirement")}


def reading(persona):
    return AdoptionReading.objects.create(
        product=persona.product,
        persona=persona,
        observed_on="2026-11-01",
        installed=10,
        active=5,
    )


def test_a_policy_deleted_in_psql_marks_its_product(product):
    in_sql("DELETE FROM prioritisation_scoringpolicy")

    assert marks() == {(None, "scoringpolicy")}


def test_a_rating_by_the_api_marks(product, client):
    client.force_login(User.objects.get(username="alice"))
    requirement, nurse = product.requirements.get(number=3), product.personas.get(name="Nurse")

    answer = client.post(
        f"/api/v1/requirements/{requirement.pk}/ratings/",
        {"persona": nurse.pk, "value": 2, "basis": "asked"},
        content_type="application/json",
    )

    assert answer.status_code == 201
    assert marks() == {(3, "rating")}
    assert answer["Userward-Change"] == str(ProductChange.objects.get().change_id)


@pytest.fixture
def staff(client, product):
    client.force_login(user("root", is_staff=True, is_superuser=True))
    return client


def test_a_bulk_delete_in_the_back_office_marks(staff, product):
    answer = staff.post(
        "/admin/prioritisation/rating/",
        {
            "action": "delete_selected",
            "_selected_action": list(Rating.objects.values_list("pk", flat=True)),
            "post": "yes",
        },
    )

    assert answer.status_code == 302
    assert not Rating.objects.exists()
    assert marks() == {(1, "rating"), (2, "rating")}
