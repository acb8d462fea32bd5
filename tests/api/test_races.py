"""Two at once through the API: one is done, the other is told, and neither sees a 500."""

from threading import Thread

import pytest
from django.db import connection, transaction

from personas.models import Persona
from prioritisation.api import ratings
from products.api import base
from products.models import Membership, Product, Requirement
from products.services import delete_requirement

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice_api(transactional_db, product, as_user):
    client = as_user("alice")
    client.raise_request_exception = False
    return client


def elsewhere(act):
    """`act()` on another connection, committed when this returns."""

    def run():
        try:
            with transaction.atomic():
                act()
        finally:
            connection.close()

    other = Thread(target=run)
    other.start()
    other.join()


def just_before(monkeypatch, module, name, act):
    """Let `act` happen elsewhere just before `module.name` runs for the first time."""
    original, done = getattr(module, name), []

    def wrapped(*args, **kwargs):
        if not done:
            done.append(True)
            elsewhere(act)
        return original(*args, **kwargs)

    monkeypatch.setattr(module, name, wrapped)


def test_a_rating_of_a_requirement_that_is_being_deleted_is_404(alice_api, product, monkeypatch):
    doomed, nurse = product.requirements.first(), product.personas.first()
    just_before(monkeypatch, ratings, "record_ratings", lambda: delete_requirement(doomed))

    answer = alice_api.post(
        f"/api/v1/requirements/{doomed.pk}/ratings/", {"persona": nurse.pk, "value": 1}, "json"
    )

    assert answer.status_code == 404


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_a_change_of_a_row_that_was_just_deleted_is_404(alice_api, product, monkeypatch, method):
    nurse = product.personas.first()
    service = {"patch": "save_if_current", "delete": "delete_if_current"}[method]
    just_before(monkeypatch, base, service, Persona.objects.filter(pk=nurse.pk).delete)

    answer = getattr(alice_api, method)(
        f"/api/v1/personas/{nurse.pk}/", {"headcount": 7}, "json", HTTP_IF_MATCH='"1"'
    )

    assert answer.status_code == 404


def taking_turns(monkeypatch, serializer, act):
    """Let `act` happen after our check and before our write."""
    check = serializer.is_valid

    def is_valid(self, **kwargs):
        valid = check(self, **kwargs)
        elsewhere(act)
        return valid

    monkeypatch.setattr(serializer, "is_valid", is_valid)


def test_what_is_taken_meanwhile_is_the_same_problem_as_what_was_taken_before(
    alice_api, product, monkeypatch
):
    from prioritisation.api.personas import PersonaSerializer
    from prioritisation.api.products import ProductSerializer
    from prioritisation.api.requirements import RequirementSerializer

    def insert(model, **fields):
        return lambda: model.objects.get_or_create(**fields)

    cases = [
        ("products/", ProductSerializer, {"name": "New", "key": "NEW"}, insert(Product, key="NEW")),
        (
            "personas/?product=ROTA",
            PersonaSerializer,
            {"name": "Ward", "kind": "end_user"},
            insert(Persona, product=product, name="Ward", kind="other"),
        ),
        (
            "requirements/?product=ROTA",
            RequirementSerializer,
            {"title": "New", "external_id": "X-1"},
            insert(Requirement, product=product, title="Theirs", number=99, external_id="X-1"),
        ),
    ]
    for path, serializer, body, act in cases:
        taking_turns(monkeypatch, serializer, act)
        answer = alice_api.post(f"/api/v1/{path}", body, "json")
        assert answer.status_code == 400, (path, answer.content)
        assert answer["Content-Type"] == "application/problem+json"
        monkeypatch.undo()
        # The first try was rolled back, the other's row stayed.
        later = alice_api.post(f"/api/v1/{path}", body, "json")
        assert (later.status_code, later.json()) == (answer.status_code, answer.json())


def test_a_member_who_is_removed_meanwhile_is_404(alice_api, product, monkeypatch):
    from products.api.members import members

    bob = product.memberships.get(user__username="bob")
    just_before(
        monkeypatch, members, "set_role", lambda: Membership.objects.filter(pk=bob.pk).delete()
    )

    answer = alice_api.patch(
        f"/api/v1/products/ROTA/members/{bob.pk}/", {"role": "viewer"}, "json", HTTP_IF_MATCH='"1"'
    )

    assert answer.status_code == 404
