"""An invitation that is accepted without its link: by the confirmed owner of its address alone."""

import pytest
from allauth.account.models import EmailAddress

from products.invitations import ForSomebodyElse, accept_own_invitation, invite
from products.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def rota(alice):
    return cast.rota(alice)


@pytest.fixture
def bobs(rota, alice):
    """Bob, and the invitation that is bound to his address."""
    bob = cast.user("bob")
    invitation, _link = invite(product=rota, role=Role.VIEWER, by=alice, email=bob.email)
    return bob, invitation


def test_who_has_confirmed_the_address_comes_in(rota, bobs):
    bob, invitation = bobs
    EmailAddress.objects.create(user=bob, email=bob.email, verified=True, primary=True)

    assert accept_own_invitation(invitation.pk, user=bob).role == Role.VIEWER


def test_who_has_not_confirmed_it_needs_the_link(rota, bobs):
    bob, invitation = bobs
    EmailAddress.objects.create(user=bob, email=bob.email, verified=False, primary=True)

    with pytest.raises(ForSomebodyElse):
        accept_own_invitation(invitation.pk, user=bob)
    assert not rota.memberships.filter(user=bob).exists()


def test_nobody_else_comes_in_by_its_number(rota, bobs, alice):
    bob, invitation = bobs
    EmailAddress.objects.create(user=bob, email=bob.email, verified=True, primary=True)
    open_to_all, _link = invite(product=rota, role=Role.VIEWER, by=alice)
    charlie = cast.user("charlie")

    for one in (invitation, open_to_all):
        with pytest.raises(ForSomebodyElse):
            accept_own_invitation(one.pk, user=charlie)
    assert not rota.memberships.filter(user=charlie).exists()
