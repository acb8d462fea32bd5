"""What happens around an account is kept: who came in, who tried to, what was changed."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.models import AccountEvent, TokenEvent, User, UserEvent
from tests import cast

pytestmark = pytest.mark.django_db


def kinds(user):
    return list(
        AccountEvent.objects.filter(user=user).order_by("pk").values_list("kind", flat=True)
    )


def sign_in(client, name, password=cast.PASSWORD):
    return client.post("/sign-in/", {"login": name, "password": password})


def test_signing_in_and_out_is_kept(client):
    alice = cast.user("alice")

    sign_in(client, "alice")
    client.post("/sign-out/")

    assert kinds(alice) == ["signed_in", "signed_out"]


def test_signing_up_is_kept_as_done_on_the_site(client, settings):
    settings.SIGN_UP = "open"
    client.post(
        "/sign-up/",
        {"username": "zoe", "email": "zoe@example.org", "password1": "a longer battery staple"},
    )

    zoe = User.objects.get(username="zoe")
    assert kinds(zoe)[:1] == ["signed_up"]
    assert UserEvent.objects.get(pgh_obj=zoe, pgh_label="insert").pgh_context["means"] == "session"


def test_failed_attempts_are_counted_by_account_and_hour(client):
    alice = cast.user("alice")
    for name in ("alice", "Alice@example.org", "alice", "nobody", "somebody"):
        sign_in(client, name, "wrong")

    counted = AccountEvent.objects.filter(kind="failed").values_list("user", "attempts")
    assert dict(counted) == {alice.pk: 3, None: 2}


def test_attempts_that_the_limits_refuse_are_counted_too(client):
    alice = cast.user("alice")
    for _ in range(7):
        sign_in(client, "alice", "wrong")

    assert AccountEvent.objects.get(user=alice).attempts == 7


def test_a_refused_code_of_a_second_factor_is_counted(client):
    alice = cast.user("alice")
    Authenticator.objects.create(
        user=alice, type="totp", data={"secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}
    )
    sign_in(client, "alice")
    client.post("/sign-in/code/", {"code": "000000"})

    assert AccountEvent.objects.get(user=alice, kind="failed").attempts == 1


def test_a_new_password_is_kept(client):
    alice = cast.user("alice")
    sign_in(client, "alice")
    new = "a longer battery staple"
    client.post(
        "/account/password/",
        {"oldpassword": cast.PASSWORD, "password1": new, "password2": new},
    )

    assert "password" in kinds(alice)


def test_the_sites_own_roles_are_kept_whoever_changes_them(alice):
    User.objects.filter(pk=alice.pk).update(is_superuser=True)
    User.objects.filter(pk=alice.pk).update(first_name="Alice", email="a@example.org")

    events = UserEvent.objects.filter(pgh_obj=alice).order_by("pk")
    assert [(event.pgh_label, event.is_superuser) for event in events] == [
        ("insert", False),
        ("update", True),
    ]


def test_a_token_is_kept_with_who_made_and_revoked_it(alice):
    client = Client()
    client.force_login(alice)
    client.post("/sign-in/again/", {"password": cast.PASSWORD})
    new = {"name": "laptop", "days": 30, "scopes": ["requirements:read"]}
    client.post("/account/tokens/", new)
    token = alice.tokens.get()
    client.post(f"/account/tokens/{token.pk}/revoke/")

    events = TokenEvent.objects.filter(pgh_obj=token).order_by("pk")
    assert [(event.pgh_label, event.pgh_context["user"]) for event in events] == [
        ("insert", alice.pk),
        ("update", alice.pk),
    ]
