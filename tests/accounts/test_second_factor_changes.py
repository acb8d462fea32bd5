"""A second factor that comes or goes ends the sessions elsewhere, and never the one that did it."""

import time

import pytest
from allauth.mfa.totp.internal import auth
from django.test import Client

from accounts.models import User
from tests import cast

# allauth tells of it after COMMIT.
pytestmark = pytest.mark.django_db(transaction=True)


def signed_in_with_password():
    client = Client()
    client.post("/sign-in/", {"login": "alice", "password": cast.PASSWORD})
    return client


def is_in(client):
    return client.get("/account/").status_code == 200


def test_a_new_second_factor_ends_the_sessions_elsewhere():
    cast.user("alice")
    here, elsewhere = signed_in_with_password(), signed_in_with_password()
    other = Client()
    other.force_login(cast.user("bob"))
    here.post("/sign-in/again/", {"password": cast.PASSWORD})
    secret = here.get("/account/second-factor/app/").context["form"].secret
    code = auth.format_hotp_value(auth.hotp_value(secret, int(time.time()) // 30))
    assert is_in(elsewhere)

    answer = here.post("/account/second-factor/app/", {"code": code})

    assert answer.status_code == 302
    assert User.objects.get(username="alice").authenticator_set.filter(type="totp").exists()
    assert (is_in(here), is_in(elsewhere), is_in(other)) == (True, False, True)


def test_a_second_factor_taken_away_ends_the_sessions_elsewhere():
    alice = cast.user("alice")
    here, elsewhere = signed_in_with_password(), signed_in_with_password()
    here.post("/sign-in/again/", {"password": cast.PASSWORD})
    alice.authenticator_set.create(type="totp", data={"secret": "x"})

    assert here.post("/account/second-factor/app/remove/").status_code == 302

    assert not alice.authenticator_set.exists()
    assert (is_in(here), is_in(elsewhere)) == (True, False)
