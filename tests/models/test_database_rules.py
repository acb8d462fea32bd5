"""What the database itself refuses or does, whoever writes."""

import io

import pytest
from django.db import IntegrityError, connection, models, transaction

from accounts.models import User
from personas.models import AdoptionReading
from prioritisation.models import Rating
from products.invitations import invite
from products.models import Comment, Membership, Product, Requirement
from products.roles import Role
from products.services import add_requirements, create_product
from tests.cast import join, rota, scenario, user
from tests.models.refusals import in_sql, refused

pytestmark = pytest.mark.scores_are_tampered_with


@pytest.fixture
def product(alice):
    return rota(alice)


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
    what_if = scenario(product, by=User.objects.first())
    invitation, _text = invite(product=product, role=Role.VIEWER, by=User.objects.first())
    rows = [product, product.policy, persona, requirement, reading, comment, what_if, invitation]
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


def test_nothing_moves_to_another_product(product, alice):
    ours = [row for row in editable_rows(product) if row != product]
    supposed = scenario(product, by=alice, name="B", importances={ours[1].pk: 2}).personas.first()
    other = create_product(name="Other", owner=alice)

    for row in [*ours, supposed]:
        with refused("Cannot update rows"):
            type(row).objects.filter(pk=row.pk).update(product=other)


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
