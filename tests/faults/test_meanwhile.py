"""What one saves, another deletes or changes between the look and the write."""

import pytest

from personas import views
from personas.models import Persona
from prioritisation.rescoring import rescore
from tests.cast import signed_in
from tests.faults.scenes import in_thread


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
