import pytest
from django.test import Client

from accounts.models import User
from products.members import LastOwner, remove_member
from products.models import Membership
from products.roles import Role
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alice_is_signed_in")]


@pytest.fixture
def rota(alice):
    return cast.rota(alice)


def role_of(user):
    return Membership.objects.get(user=user).role


def set_role(client, member, role, version=1):
    address = f"/p/ROTA/members/{member.pk}/"
    return client.post(address, {"role": role, "version": version})


def test_a_role_is_changed_and_a_member_removed(client, rota):
    bob = cast.user("bob")
    membership = cast.join(rota, bob, "viewer")

    assert set_role(client, membership, 3).status_code == 302
    assert role_of(bob) == Role.MAINTAINER

    client.post(f"/p/ROTA/members/{membership.pk}/remove/")
    assert rota.memberships.count() == 1


def test_the_last_owner_stays_and_the_page_says_why(client, rota, alice):
    membership = rota.memberships.get()

    demoted = set_role(client, membership, 1)
    removed = client.post(f"/p/ROTA/members/{membership.pk}/remove/")

    for response in (demoted, removed):
        assert response.status_code == 422
        assert "A product keeps an owner" in response.content.decode()
    assert role_of(alice) == Role.OWNER


def test_one_of_two_owners_may_go(client, rota):
    cast.join(rota, cast.user("bob"), "owner")
    mine = rota.memberships.get(user__username="alice")

    response = client.post(f"/p/ROTA/members/{mine.pk}/remove/")

    assert response["Location"] == "/"
    assert rota.memberships.get().user.username == "bob"


def test_after_the_refusal_the_transaction_goes_on(rota):
    with pytest.raises(LastOwner):
        remove_member(rota.memberships.get())

    assert rota.memberships.count() == 1


def test_the_later_of_two_changes_is_told(client, rota):
    membership = cast.join(rota, cast.user("bob"), "viewer")
    set_role(client, membership, 3)

    response = set_role(client, membership, 2, version=1)

    assert response.status_code == 409
    assert "maintainer meanwhile" in response.content.decode()
    assert role_of(membership.user) == Role.MAINTAINER


@pytest.mark.parametrize("role", ["9", "", "x", "1e3"])
def test_a_role_is_one_of_the_four(client, rota, role):
    membership = cast.join(rota, cast.user("bob"), "viewer")

    assert set_role(client, membership, role).status_code == 422
    assert role_of(membership.user) == Role.VIEWER


def test_only_an_owner_manages_members(client, rota):
    bob = cast.user("bob")
    membership = cast.join(rota, bob, "maintainer")
    client.force_login(bob)

    assert client.get("/p/ROTA/members/").status_code == 200
    assert "alice@example.org" not in client.get("/p/ROTA/members/").content.decode()
    assert client.post("/p/ROTA/members/", {"email": "x@y.org", "role": 1}).status_code == 403
    assert set_role(client, membership, 4).status_code == 403
    assert client.post(f"/p/ROTA/members/{membership.pk}/remove/").status_code == 403


def test_a_member_leaves(client, rota):
    bob = Client()
    bob.force_login(cast.user("bob"))
    cast.join(rota, User.objects.get(username="bob"), "viewer")

    response = bob.post("/p/ROTA/members/leave/")

    assert response["Location"] == "/"
    assert bob.get("/p/ROTA/").status_code == 404


def test_the_last_owner_stays(client, rota):
    response = client.post("/p/ROTA/members/leave/")

    assert response.status_code == 422
    assert "A product keeps an owner" in response.content.decode()
    assert rota.memberships.count() == 1
