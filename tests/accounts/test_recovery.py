import io

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.test import Client

from tests import cast

pytestmark = pytest.mark.django_db

NEW = "a longer battery staple"


def link_of(user):
    out = io.StringIO()
    call_command("sign_in_link", user, stdout=out)
    return out.getvalue().strip()


def set_password(link):
    """What a browser does with the link; the client and the last answer."""
    client = Client()
    opened = client.get(link.removeprefix("http://127.0.0.1:8000"), follow=True)
    path = opened.redirect_chain[-1][0] if opened.redirect_chain else link
    return client, client.post(path, {"password1": NEW, "password2": NEW})


def test_whose_password_is_lost_sets_a_new_one_by_a_link():
    alice = cast.user("alice")

    client, _answer = set_password(link_of("alice@example.org"))

    alice.refresh_from_db()
    assert alice.check_password(NEW)
    assert client.get("/account/").status_code == 200


def test_the_link_is_good_once():
    alice = cast.user("alice")
    link = link_of("alice")
    set_password(link)
    alice.refresh_from_db()
    alice.set_password("another one, set since then")
    alice.save()

    client, _answer = set_password(link)

    alice.refresh_from_db()
    assert not alice.check_password(NEW)
    assert client.get("/account/").status_code == 302


def test_a_sign_in_ends_the_link():
    alice = cast.user("alice")
    link = link_of("alice")
    Client().post("/sign-in/", {"login": "alice", "password": cast.PASSWORD})

    set_password(link)

    alice.refresh_from_db()
    assert not alice.check_password(NEW)


def test_an_unknown_or_deactivated_user_gets_none():
    cast.user("alice", is_active=False)

    for name in ("alice", "nobody"):
        with pytest.raises(CommandError, match="No active user"):
            link_of(name)


@pytest.mark.parametrize(("superuser", "offered"), [(True, True), (False, False)])
def test_only_superusers_make_one_in_the_back_office(superuser, offered):
    alice = cast.user("alice")
    sam = cast.user("sam", is_staff=True, is_superuser=superuser)
    sam.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    client = Client()
    client.force_login(sam)
    form = {"action": "make_sign_in_link", "_selected_action": [alice.pk]}

    page = client.post("/admin/accounts/user/", form, follow=True).content.decode()

    assert ("/password/new/" in page) is offered


def test_the_back_office_makes_none_for_a_deactivated_user():
    gone = cast.user("gone", is_active=False)
    client = Client()
    client.force_login(cast.user("sam", is_staff=True, is_superuser=True))
    form = {"action": "make_sign_in_link", "_selected_action": [gone.pk]}

    page = client.post("/admin/accounts/user/", form, follow=True).content.decode()

    assert "/password/new/" not in page


@pytest.fixture
def locked_out():
    """Alice, signed in elsewhere, has lost her phone and her recovery codes."""
    alice = cast.user("alice")
    elsewhere = Client()
    elsewhere.post("/sign-in/", {"login": "alice", "password": cast.PASSWORD})
    TOTP.activate(alice, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(alice)
    return alice, elsewhere


def sign_in():
    return Client().post("/sign-in/", {"login": "alice", "password": cast.PASSWORD})["Location"]


@pytest.mark.parametrize("superuser", [True, False])
def test_only_superusers_take_a_lost_second_factor_away(locked_out, superuser):
    alice, elsewhere = locked_out
    sam = cast.user("sam", is_staff=True, is_superuser=superuser)
    sam.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    assert sign_in() == "/sign-in/code/"
    form = {"action": "take_away_second_factor", "_selected_action": [alice.pk]}

    cast.signed_in(sam).post("/admin/accounts/user/", form)

    assert sign_in() == ("/" if superuser else "/sign-in/code/")
    assert elsewhere.get("/account/").status_code == (302 if superuser else 200)
    assert Authenticator.objects.filter(user=alice).exists() is not superuser
    removed = alice.account_events.filter(kind="factor_removed", by=sam, means="admin")
    assert removed.exists() is superuser


def test_so_does_the_command_that_prints_a_link(locked_out):
    out = io.StringIO()

    call_command("sign_in_link", "alice", "--without-second-factor", stdout=out)

    client, _answer = set_password(out.getvalue().strip())
    assert client.get("/account/").status_code == 200


def test_the_link_alone_leaves_the_second_factor(locked_out):
    client, answer = set_password(link_of("alice"))

    assert answer["Location"] == "/sign-in/code/"
    assert client.get("/account/").status_code == 302
