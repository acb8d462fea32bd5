"""What one saves, another deletes or changes between the look and the write."""

from datetime import date

import pytest
from django.db import transaction

from personas import views
from personas.models import AdoptionReading, Persona
from personas.services import record_reading
from prioritisation.imports.services import import_ratings
from prioritisation.models import Scenario, ScoringPolicy
from prioritisation.pipeline.rescoring import rescore
from prioritisation.weighting.overrides import Otherwise
from prioritisation.weighting.services import apply_scenario, change_scenario
from products.models import Product, Requirement
from tests.cast import scenario, signed_in
from tests.faults.scenes import before_statement, begin, in_thread, saved_meanwhile


@pytest.fixture
def alice(product):
    return product.memberships.get().user


@pytest.fixture
def once_found(monkeypatch):
    """`once_found(act)`: somebody acts, in a connection of their own, once the view has found a
    persona."""

    def arrange(act):
        find = views._persona

        def found_then(*args):
            found = find(*args)
            in_thread(act).join()
            return found

        monkeypatch.setattr(views, "_persona", found_then)

    return arrange


def test_a_persona_deleted_while_it_is_edited_is_not_found(product, alice, once_found):
    nurse = product.personas.get(name="Nurse")
    once_found(Persona.objects.filter(pk=nurse.pk).delete)

    answer = signed_in(alice).post(
        f"/p/ROTA/personas/{nurse.pk}/",
        {"name": "Ward nurse", "kind": "end_user", "importance": "2", "version": "1"},
    )

    assert answer.status_code == 404
    assert not Persona.objects.filter(pk=nurse.pk).exists()
    rescore(product.pk)


def test_an_importance_that_somebody_gives_meanwhile_stays(product, alice, once_found):
    nurse = product.personas.filter(name="Nurse")
    nurse.update(importance=0)
    once_found(lambda: nurse.update(importance=3))

    signed_in(alice).post(f"/p/ROTA/personas/{nurse.get().pk}/count/")

    assert nurse.get().importance == 3
    rescore(product.pk)


# Who writes later waits, and then is told


def test_who_saves_a_requirement_that_is_being_imported_is_told(product, alice):
    sso = product.requirements.get(number=2)

    def run():
        with transaction.atomic():
            import_ratings(
                product=product, text="title,effort\nSingle sign-on,7\n", by=alice, basis="asked"
            )

    assert saved_meanwhile(sso, run, before='UPDATE "products_requirement"', effort=9)
    assert product.requirements.get(number=2).effort == 7
    rescore(product.pk)


@pytest.mark.parametrize("of", ["policy", "persona"])
def test_who_saves_what_a_scenario_is_being_applied_to_is_told(product, alice, of):
    nurse = product.personas.get(name="Nurse")
    kept = scenario(product, by=alice, end_user_say=0.75, importances={nurse.pk: 2})
    row, table, change = {
        "policy": (product.policy, "prioritisation_scoringpolicy", {"gap_emphasis": 0}),
        "persona": (nurse, "personas_persona", {"importance": 3}),
    }[of]

    def run():
        apply_scenario(kept, version=1, by=alice)

    assert saved_meanwhile(row, run, before=f'UPDATE "{table}"', **change)
    assert product.personas.get(name="Nurse").importance == 2
    assert ScoringPolicy.objects.get(product=product).end_user_say == 0.75
    rescore(product.pk)


def test_a_scenario_is_applied_as_it_was_seen_and_not_as_it_is_being_changed(product, alice):
    nurse = product.personas.get(name="Nurse")
    kept = scenario(product, by=alice, importances={nurse.pk: 2})
    started = []

    def change():
        theirs = Otherwise({nurse.pk: 9}, {})
        change_scenario(Scenario.objects.get(), version=1, otherwise=theirs, by=alice)

    with before_statement(
        'FROM "prioritisation_scenariopersona"', lambda: started.append(begin(change))
    ):
        apply_scenario(kept, version=1, by=alice)
    started[0].join(10)

    assert product.personas.get(name="Nurse").importance == 2
    rescore(product.pk)


def test_a_reading_that_is_being_recorded_anew_is_deleted_afterwards(product, alice):
    nurse, day = product.personas.get(name="Nurse"), date(2026, 11, 1)

    def record(active):
        figures = {"installed": 9, "active": active, "worked_around": 0}
        with transaction.atomic():
            record_reading(persona=nurse, observed_on=day, by=alice, **figures)

    record(5)
    started = []
    with before_statement(
        'UPDATE "personas_adoptionreading"',
        lambda: started.append(begin(AdoptionReading.objects.all().delete)),
    ):
        record(6)
    started[0].join(10)

    assert not AdoptionReading.objects.exists()
    rescore(product.pk)


# Deletions wait for a rescore

DELETIONS = {
    "requirement's page": ("/p/ROTA/requirements/1/delete/", Requirement),
    "persona's page": ("/p/ROTA/personas/{nurse}/delete/", Persona),
    "product's page": ("/p/ROTA/delete/", Product),
    "requirement": ("/api/v1/requirements/{swap}/", Requirement),
    "persona": ("/api/v1/personas/{nurse}/", Persona),
    "product": ("/api/v1/products/ROTA/", Product),
}


@pytest.mark.parametrize("what", DELETIONS)
def test_a_deletion_waits_for_the_rescore_that_is_under_way(product, alice, what):
    """The rescore has read a row; it is deleted and committed; the rescore stores a score of it."""
    path, model = DELETIONS[what]
    swap, nurse = product.requirements.get(number=1), product.personas.get(name="Nurse")
    path = path.format(swap=swap.pk, nurse=nurse.pk)
    client, before = signed_in(alice), model.objects.count()

    def delete():
        if path.startswith("/api/"):
            client.delete(path, headers={"If-Match": '"1"'})
        else:
            client.post(path, {"key": "ROTA"})

    with transaction.atomic():
        Product.objects.lock(product.pk)  # as a rescore holds it
        deleting = begin(delete)
        assert model.objects.count() == before
    deleting.join(10)

    assert model.objects.count() == before - 1
    if model is not Product:
        rescore(product.pk)
