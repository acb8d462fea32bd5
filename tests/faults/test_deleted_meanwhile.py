"""What one saves, another deletes between the look and the write: gone, not our fault."""

from personas import views
from personas.models import Persona
from prioritisation.rescoring import rescore
from tests.cast import signed_in
from tests.faults.scenes import in_thread


def test_a_persona_deleted_while_it_is_edited_is_not_found(product, monkeypatch):
    nurse = product.personas.get(name="Nurse")
    find = views._persona

    def found_then_deleted(*args):
        found = find(*args)
        in_thread(Persona.objects.filter(pk=nurse.pk).delete).join()
        return found

    monkeypatch.setattr(views, "_persona", found_then_deleted)
    answer = signed_in(product.memberships.get().user).post(
        f"/p/ROTA/personas/{nurse.pk}/",
        {"name": "Ward nurse", "kind": "end_user", "importance": "2", "version": "1"},
    )

    assert answer.status_code == 404
    assert not Persona.objects.filter(pk=nurse.pk).exists()
    rescore(product.pk)
