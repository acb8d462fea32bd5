"""Products in the back office: deleted by their key, handed over, and why one isn't scored."""

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from personas.models import Persona
from prioritisation.models import ProcessSeen, ProductChange, ScoringState
from prioritisation.pipeline.rescoring import rescore
from prioritisation.pipeline.sweeping import sweep
from prioritisation.tasks import rescore_product
from products.models import Product, Requirement
from products.roles import Role
from tests.admin.test_changes import delete_selected
from tests.admin.test_pages import url
from tests.cast import signed_in, user


@pytest.mark.parametrize(("model", "key"), [(Product, "ROTA"), (Persona, "Nurse")])
def test_a_deletion_tells_what_goes_along_and_asks_for_the_key(product, admin_client, model, key):
    row = model.objects.order_by("pk").first()
    path = url(model, "delete", row.pk)

    page = admin_client.get(path).content.decode()
    refused = [
        admin_client.post(path, {"post": "yes", **typed}, follow=True).content.decode()
        for typed in ({}, {"key": ""}, {"key": key.lower()})
    ]
    delete_selected(admin_client, model, [row])

    ratings = {"Product": 4, "Persona": 2}[model.__name__]
    assert f"<li>Ratings: {ratings}</li>" in page
    if model is Product:
        for count in ("Requirements: 3", "Personas: 2", "Memberships: 1"):
            assert f"<li>{count}</li>" in page
    assert all(f"type {key} below" in answer for answer in refused)
    assert model.objects.filter(pk=row.pk).exists()

    assert admin_client.post(path, {"post": "yes", "key": f" {key} "}).status_code == 302
    assert not model.objects.filter(pk=row.pk).exists()


def test_a_deletion_of_many_rows_names_some_and_counts_the_rest(product, admin_client):
    rows = [Requirement(product=product, number=n, title=f"Number {n}.") for n in range(10, 61)]
    chosen = [row.pk for row in Requirement.objects.bulk_create(rows)]

    page = admin_client.post(
        url(Requirement, "changelist"), {"action": "delete_selected", "_selected_action": chosen}
    ).content.decode()

    assert page.count("<li>Number") == 50
    assert "… and 1 more" in page


def test_a_product_whose_owners_are_deactivated_is_found_and_handed_over(
    product, admin_client, form_of, alice
):
    found = f"{url(Product, 'changelist')}?owners=none"
    assert "ROTA" not in admin_client.get(found).content.decode()
    alice.is_active = False
    alice.save()

    assert "alice (deactivated)" in admin_client.get(found).content.decode()
    bob, path = user("bob"), url(Product, "change", product.pk)
    more = {"memberships-TOTAL_FORMS": "2", "memberships-1-user": bob.pk, "memberships-1-role": "4"}
    form = form_of(path) | more | {"memberships-0-DELETE": "on"}
    assert admin_client.post(path, form).status_code == 302

    assert list(product.memberships.values_list("user", "role")) == [(bob.pk, Role.OWNER)]
    assert "ROTA" not in admin_client.get(found).content.decode()


def scoring(client, product):
    return client.get(url(Product, "scoring", product.pk)).content.decode()


def test_why_a_product_is_not_scored_is_told(product, admin_client):
    ProcessSeen.objects.all().delete()  # of another test's worker
    assert "Nothing waits" in scoring(admin_client, product)
    assert scoring(admin_client, product).count("Never") == 2

    Requirement.objects.filter(number=1).update(title="Swap", effort=3)
    now = timezone.now()
    ScoringState.objects.update(error="ValueError: no such kind", failed_at=now)
    page = scoring(admin_client, product)
    assert "Requirements</th><td>1</td>" in page
    assert "ValueError: no such kind" in page

    answer = admin_client.post(url(Product, "scoring", product.pk), follow=True)

    assert "Scored: version 1." in answer.content.decode()
    assert "Nothing waits" in answer.content.decode()
    assert not ProductChange.objects.exists()


def test_worker_and_sweeper_are_seen_at_work(product, admin_client):
    sweep()
    assert scoring(admin_client, product).count("Never") == 1
    rescore_product(product.pk)
    assert "Never" not in scoring(admin_client, product)


def test_a_failing_rescore_is_told_and_no_error_page(product, admin_client, monkeypatch):
    def fail(*args, **kwargs):
        raise ValueError("no such kind\nwith a row in it")

    monkeypatch.setattr("prioritisation.pipeline.product_admin.rescore", fail)

    answer = admin_client.post(url(Product, "scoring", product.pk), follow=True)

    assert "It failed: ValueError: no such kind" in answer.content.decode()
    assert "with a row in it" not in answer.content.decode()


def test_rescoring_needs_the_permission_to_change(product, db):
    viewer = user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_product"))
    client = signed_in(viewer)
    rescore(product.pk)

    assert "Rescore now" not in scoring(client, product)
    assert client.post(url(Product, "scoring", product.pk)).status_code == 403
