"""Edits in the back office: they mark, they're told in the history, none is lost."""

import threading

import pytest
from django.db import connection, transaction

from personas.models import AdoptionReading, Persona
from prioritisation.models import ProductChange, Rating, Score, ScoreChange
from prioritisation.pipeline.rescoring import rescore
from products.models import Product, Requirement
from tests.admin.test_pages import url
from tests.cast import rota, user
from tests.faults.scenes import before_statement, saved_meanwhile


def marks():
    return set(ProductChange.objects.values_list("table_name", flat=True))


def delete_selected(client, model, rows):
    chosen = {
        "action": "delete_selected",
        "_selected_action": [row.pk for row in rows],
        "post": "yes",
    }
    return client.post(url(model, "changelist"), chosen)


def test_an_edit_marks_its_product_and_answers_its_transaction(product, admin_client, form_of):
    rating = Rating.objects.get(requirement__title="Single sign-on", persona__name="Nurse")
    path = url(Rating, "change", rating.pk)

    answer = admin_client.post(path, form_of(path) | {"value": "-2", "note": "one password more"})

    assert answer.status_code == 302
    mark = ProductChange.objects.get()
    assert (mark.product_id, mark.requirement_id) == (product.pk, rating.requirement_id)
    assert answer.headers["Userward-Change"] == str(mark.change_id)
    rating.refresh_from_db()
    assert (rating.value, rating.note, rating.updated_by.username) == (
        -2,
        "one password more",
        "sam",
    )


def test_edits_and_bulk_deletes_ring_for_a_worker(
    product, admin_client, form_of, django_capture_on_commit_callbacks, monkeypatch
):
    rung = []
    monkeypatch.setattr("prioritisation.pipeline.transactions.nudge", rung.append)
    path = url(Rating, "change", Rating.objects.filter(product=product).first().pk)
    form = form_of(path) | {"value": "-2"}

    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(path, form)
    assert rung == [product.pk]
    with django_capture_on_commit_callbacks(execute=True):
        delete_selected(admin_client, Requirement, product.requirements.all()[:1])
    assert rung == [product.pk, product.pk]


def test_a_form_saved_unchanged_writes_nothing(product, admin_client, form_of):
    path = url(Requirement, "change", product.requirements.first().pk)

    assert admin_client.post(path, form_of(path)).status_code == 302

    assert not ProductChange.objects.exists()


@pytest.mark.parametrize("model", [Requirement, Rating])
def test_a_bulk_delete_marks_and_reranks(product, admin_client, model):
    rescore(product.pk, force=True)
    ranked_before = Score.objects.filter(product=product, ranked=True).count()
    rows = model.objects.filter(product=product).order_by("pk")[:2]

    assert delete_selected(admin_client, model, rows).status_code == 302

    assert model._meta.db_table in marks()
    rescore(product.pk)
    ranked = Score.objects.filter(product=product, ranked=True).count()
    # Requirements 1 and 2 are the only ones rated; both ratings deleted are requirement 1's.
    assert (ranked_before, ranked) == (2, {Requirement: 0, Rating: 1}[model])


def test_a_product_with_scores_can_be_deleted_and_leaves_its_history(product, admin_client):
    rescore(product.pk, force=True)

    page = admin_client.get(url(Product, "delete", product.pk)).content.decode()
    assert "Are you sure" in page
    answer = admin_client.post(url(Product, "delete", product.pk), {"post": "yes", "key": "ROTA"})
    assert answer.status_code == 302

    assert not Product.objects.exists()
    for model in (Requirement, Persona, Rating, Score, ScoreChange, ProductChange):
        assert not model.objects.exists(), model
    events = Product.pgh_event_model.objects.filter(pgh_obj_id=product.pk).order_by("pgh_id")
    assert [event.pgh_label for event in events] == ["insert", "delete"]


def delete_on_its_page(client, model, rows):
    return client.post(url(model, "delete", rows[0].pk), {"post": "yes"})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("delete_by", [delete_selected, delete_on_its_page])
def test_a_delete_waits_for_a_running_rescore(product, admin_client, delete_by):
    """Without the lock the rescore would insert a score for a requirement that is gone."""
    deleted = threading.Event()

    def delete():
        delete_by(admin_client, Requirement, [product.requirements.first()])
        connection.close()
        deleted.set()

    with transaction.atomic():
        Product.objects.lock(product.pk)
        thread = threading.Thread(target=delete)
        thread.start()
        assert not deleted.wait(0.3)
    thread.join(10)
    assert deleted.is_set()


def test_a_delete_of_rows_of_several_products_locks_them_in_one_order(
    db, admin_client, monkeypatch
):
    """Two such deletions would else wait for each other. Python's {8008, 8001} begins with 8008."""
    locked = []
    monkeypatch.setattr(type(Product.objects), "lock", lambda _self, pk: locked.append(pk))
    rows = [
        Requirement.objects.create(product=Product.objects.create(pk=pk, key=f"P{pk}"), title="x")
        for pk in (8008, 8001)
    ]

    delete_selected(admin_client, Requirement, rows)

    assert locked == [8001, 8008]


@pytest.mark.django_db(transaction=True)
def test_who_saves_a_row_that_the_back_office_is_saving_is_told(product, admin_client, form_of):
    requirement = product.requirements.get(title="Dark mode")
    path = url(Requirement, "change", requirement.pk)
    mine = form_of(path) | {"title": "Night mode"}

    assert saved_meanwhile(
        requirement,
        lambda: admin_client.post(path, mine),
        before='UPDATE "products_requirement"',
        title="Dark theme",
    )
    assert Requirement.objects.get(pk=requirement.pk).title == "Night mode"


def test_two_people_edit_one_row_and_the_later_one_sees_both(product, admin_client, form_of):
    requirement = product.requirements.get(title="Dark mode")
    path = url(Requirement, "change", requirement.pk)
    opened = form_of(path)
    Requirement.objects.filter(pk=requirement.pk).update(
        title="Dark theme", effort=3, updated_by=user("bob")
    )

    mine = opened | {"title": "Night mode", "status": "planned"}
    answer = admin_client.post(path, mine)

    page = answer.content.decode()
    assert "bob changed this since you opened it" in page
    assert "Yours is here; meanwhile it became “Dark theme”." in page
    assert "Changed meanwhile, from “” to this." in page
    requirement.refresh_from_db()
    assert (requirement.title, requirement.status) == ("Dark theme", "idea")

    # What the form now shows: my title, my status, the other's effort. Saving it chooses mine.
    shown = {
        field.html_name: "" if field.value() is None else str(field.value())
        for field in answer.context["adminform"].form
    }
    assert (shown["title"], shown["status"], shown["effort"]) == ("Night mode", "planned", "3.0")
    assert admin_client.post(path, shown).status_code == 302
    requirement.refresh_from_db()
    assert (requirement.title, requirement.status, requirement.effort) == (
        "Night mode",
        "planned",
        3,
    )


def test_a_row_deleted_meanwhile_is_told(product, admin_client, form_of):
    comment_path = url(Persona, "change", product.personas.first().pk)
    form = form_of(comment_path)
    product.personas.all().delete()

    # The admin finds no such row, says so, and goes back to its first page.
    answer = admin_client.post(comment_path, form, follow=True)

    assert "Perhaps it was deleted?" in answer.content.decode()


def test_a_row_deleted_after_the_page_has_found_it_is_told(product, admin_client, form_of):
    nurse = product.personas.first()
    path = url(Persona, "change", nurse.pk)
    form = form_of(path) | {"summary": "Works nights"}

    with before_statement("FOR NO KEY UPDATE", Persona.objects.filter(pk=nurse.pk).delete):
        answer = admin_client.post(path, form)

    assert "Somebody deleted this meanwhile." in answer.content.decode()


def test_a_rating_joins_no_requirement_and_persona_of_different_products(
    product, admin_client, alice
):
    other = rota(alice)
    form = {
        "requirement": product.requirements.first().pk,
        "persona": other.personas.first().pk,
        "value": "1",
        "basis": "seen",
    }

    answer = admin_client.post(url(Rating, "add"), form)

    assert "This persona is of another product." in answer.content.decode()
    right = form | {"persona": product.personas.first().pk, "source": "survey"}
    assert admin_client.post(url(Rating, "add"), right).status_code == 302
    assert Rating.objects.get(source="survey").product == product


def test_a_reading_is_of_end_users_and_adds_up(product, admin_client):
    nurse, hospital = product.personas.order_by("pk")
    form = {
        "persona": hospital.pk,
        "observed_on": "2026-02-01",
        "installed": "10",
        "active": "11",
        "worked_around": "0",
    }

    assert (
        "Only end users adopt"
        in admin_client.post(url(AdoptionReading, "add"), form).content.decode()
    )
    form |= {"persona": nurse.pk}
    page = admin_client.post(url(AdoptionReading, "add"), form).content.decode()
    assert "More people use it than have it." in page
    form |= {"active": "9"}
    assert admin_client.post(url(AdoptionReading, "add"), form).status_code == 302
    again = admin_client.post(url(AdoptionReading, "add"), form).content.decode()
    assert "There is already a reading of that day." in again


@pytest.mark.parametrize(
    ("model", "change", "message"),
    [
        (Persona, {"name": "Hospital"}, "There is already a persona with this name."),
        (Persona, {"importance": "nan"}, "Enter a number."),
        (Requirement, {"external_id": "X"}, "Another requirement has this external id."),
        (Requirement, {"effort": "0"}, "Must be from 0.01 to 1e+06."),
        (Requirement, {"title": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_bad_input_is_told_and_changes_nothing(
    product, admin_client, form_of, model, change, message
):
    Requirement.objects.filter(number=3).update(external_id="X")
    ProductChange.objects.all().delete()
    row = model.objects.filter(product=product).order_by("pk").first()
    path = url(model, "change", row.pk)

    answer = admin_client.post(path, form_of(path) | change)

    assert message in answer.content.decode()
    assert not ProductChange.objects.exists()


def test_the_history_of_a_row_tells_who_what_and_by_which_means(product, admin_client, form_of):
    requirement = product.requirements.get(title="Dark mode")
    path = url(Requirement, "change", requirement.pk)
    admin_client.post(path, form_of(path) | {"effort": "2", "tags": "comfort,night"})

    page = admin_client.get(url(Requirement, "history", requirement.pk)).content.decode()

    table = page.split('id="change-history"')[1]
    lines = [" ".join(line.split()) for line in table.split("<tr>")[2:]]
    assert "<td>sam</td> <td>admin</td> <td>Changed" in lines[0]
    assert "Effort: “” → “2.0”" in lines[0]
    assert "Tags: “” → “comfort, night”" in lines[0]
    assert "<td>directly in the database</td> <td>Added" in lines[1]
    assert "Title: “Dark mode”" in lines[1]
