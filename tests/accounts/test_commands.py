"""What is done to an account from the command line or by others ends what it must, and is kept."""

import io
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import CutOff, Token, TokenEvent, User, UserEvent
from prioritisation.log.reading import Asked, read_log
from tests import cast

pytestmark = pytest.mark.django_db

NEW = "a longer battery staple"


@pytest.fixture
def elsewhere(alice):
    """A browser in which Alice is signed in; and she has a token."""
    Token.objects.issue(name="CI", user=alice)
    client = cast.signed_in(alice)
    assert client.get("/account/").status_code == 200
    CutOff.objects.all().delete()
    return client


def change_by_command(name, *options):
    with mock.patch("getpass.getpass", return_value=NEW):
        call_command("changepassword", name, *options, stdout=io.StringIO())


def change_by_admin(_name):
    sam = cast.user("sam", is_staff=True, is_superuser=True)
    alice = User.objects.get(username="alice")
    form = {"usable_password": "true", "password1": NEW, "password2": NEW}
    answer = cast.signed_in(sam).post(f"/admin/accounts/user/{alice.pk}/password/", form)
    assert answer.status_code == 302


def change_by_sql(_name):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET password = 'x' WHERE username = 'alice'")


def told():
    entries, _more = read_log(None, Asked(kind="accounts"), most=3)
    return [(entry.sentence, entry.how) for entry in entries]


@pytest.mark.parametrize("change", [change_by_command, change_by_admin, change_by_sql])
def test_whoever_sets_a_password_ends_sessions_and_streams(alice, elsewhere, change):
    change("alice@example.org")

    assert elsewhere.get("/account/").status_code == 302
    assert CutOff.objects.filter(user_id=alice.pk, session=None).count() == 1


@pytest.mark.parametrize("change", [change_by_command, change_by_admin])
def test_and_their_tokens(alice, elsewhere, change):
    change("alice")

    alice.refresh_from_db()
    assert alice.check_password(NEW)
    assert not alice.tokens.usable().exists()


def test_the_command_keeps_tokens_where_it_is_told_to(alice, elsewhere):
    change_by_command("alice", "--keep-tokens")

    assert alice.tokens.usable().exists()


def test_the_command_refuses_nobody_and_what_is_easy_to_guess(alice, elsewhere):
    with pytest.raises(CommandError, match="No user has the name or e-mail bob"):
        change_by_command("bob")
    with mock.patch("getpass.getpass", return_value="Summer2026"), pytest.raises(CommandError):
        call_command("changepassword", "alice", stdout=io.StringIO(), stderr=io.StringIO())

    assert elsewhere.get("/account/").status_code == 200
    assert alice.tokens.usable().exists()


def test_the_log_tells_who_set_it_and_how(alice, elsewhere):
    change_by_command("alice")
    assert ("Somebody set a new password for alice", "by a command") in told()

    change_by_admin("alice")
    assert ("sam set a new password for alice", "in the back office") in told()


def test_the_log_tells_what_other_commands_do(alice):
    call_command("createsuperuser", username="root", email="r@example.org", interactive=False)
    call_command("token", "alice", stdout=io.StringIO())
    call_command("sign_in_link", "alice", stdout=io.StringIO())

    made = [UserEvent.objects.get(pgh_obj__username="root"), TokenEvent.objects.get()]
    assert [event.pgh_context["means"] for event in made] == ["command"] * 2
    assert ("Somebody made a sign-in link for alice", "by a command") in told()
