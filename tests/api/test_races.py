"""Two at once through the API: one is done, the other is told, and neither sees a 500."""

from threading import Thread

import pytest
from django.db import connection, transaction

from personas.models import Persona
from prioritisation.ratings import api as ratings
from products.api import base
from products.models import Membership, Product, Requirement
from products.roles import Role
from products.services import delete_requirement
from products.versions import save_if_current
from tests.faults.scenes import before_statement, begin, in_sql

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


def test_a_row_that_was_just_changed_is_not_deleted(alice_api, product, monkeypatch):
    nurse = product.personas.first()
    others = Persona.objects.filter(pk=nurse.pk)
    just_before(monkeypatch, base, "delete_if_current", lambda: others.update(quote="New"))

    answer = alice_api.delete(f"/api/v1/personas/{nurse.pk}/", headers={"If-Match": '"1"'})

    assert answer.status_code == 412
    assert others.get().quote == "New"


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
    from prioritisation.overview.persona_api import PersonaSerializer
    from prioritisation.overview.product_api import ProductSerializer
    from prioritisation.requirements.api import RequirementSerializer

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


def test_a_request_that_has_to_be_tried_again_still_has_its_body(alice_api, product):
    dark, nurse = product.requirements.get(number=3), product.personas.get(name="Nurse")

    def conflict():
        in_sql("DO $$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '40P01'; END $$")

    with before_statement("INSERT INTO prioritisation_rating", conflict):
        answer = alice_api.post(
            f"/api/v1/requirements/{dark.pk}/ratings/", {"persona": nurse.pk, "value": 3}, "json"
        )

    assert (answer.status_code, answer.json()["value"]) == (201, 3)
    assert list(dark.ratings.values_list("value", flat=True)) == [3]


def path_of(kind, product):
    return {
        "product": "products/ROTA/",
        "persona": f"personas/{product.personas.first().pk}/",
        "member": f"products/ROTA/members/{product.memberships.get(user__username='bob').pk}/",
    }[kind]


ROWS = {
    "product": lambda product: product,
    "persona": lambda product: product.personas.first(),
    "member": lambda product: product.memberships.get(user__username="bob"),
}


@pytest.mark.parametrize("kind", ROWS)
def test_nothing_is_deleted_that_somebody_changes_meanwhile(alice_api, product, kind):
    """We look and find the version that we were told; they change the row; we delete it, and with
    it what nobody has seen. With the row locked as we look, they wait, and are told that it's gone.
    """
    row, path, told, started = ROWS[kind](product), path_of(kind, product), [], []
    row.name, row.role = "Theirs", Role.MAINTAINER

    def change():
        try:
            field = "role" if kind == "member" else "name"
            told.append(save_if_current(row, version=1, fields=[field]))
        except type(row).DoesNotExist:
            told.append("gone")

    with before_statement("DELETE FROM", lambda: started.append(begin(change))):
        answer = alice_api.delete(f"/api/v1/{path}", HTTP_IF_MATCH='"1"')
    started[0].join(10)

    assert (answer.status_code, told) == (204, ["gone"])


def test_what_is_deleted_while_it_is_read_is_404(alice_api, product):
    with before_statement('FROM "prioritisation_scoringpolicy"', lambda: elsewhere(product.delete)):
        answer = alice_api.get("/api/v1/products/ROTA/policy/")

    assert answer.status_code == 404
