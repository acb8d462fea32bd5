"""What is kept about a person is theirs to read, and who they were can be forgotten."""

import io
import json

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from accounts.history import acting
from accounts.models import AccountEvent, Kind, Notification, Token, User
from accounts.notifications import notify
from products.invitations import accept_invitation, invite
from products.models import Comment, Invitation
from products.pseudonymising import pseudonymise
from products.roles import Role
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.scores_are_tampered_with]

#: in no other text of the database
NAMES = ("quentin", "quibble")


@pytest.fixture
def rota(alice):
    return cast.rota(alice)


@pytest.fixture
def quentin(rota, alice):
    """Has been everywhere where a name may be left."""
    quentin = cast.user("quentin", first_name="Quentin", last_name="Quibble", is_staff=True)
    with acting(means="session", user=quentin):
        _made, text = invite(product=rota, role=Role.MAINTAINER, by=alice, email=quentin.email)
        accept_invitation(text, user=quentin)
        invite(product=rota, role=Role.VIEWER, by=alice, email="Q@quibble.example")
        swap = rota.requirements.get(number=1)
        swap.ratings.create(
            product=rota,
            persona=rota.personas.get(name="Nurse"),
            value=3,
            basis="asked",
            rater=quentin,
        )
        Comment.objects.create(product=rota, requirement=swap, author=quentin, text="Do it first")
        Token.objects.issue(name="quentin's laptop", user=quentin)
    EmailAddress.objects.create(user=quentin, email="q@quibble.example")
    SocialAccount.objects.create(
        user=quentin, provider="oidc", uid="quentin", extra_data={"name": "Quentin"}
    )
    for told, about in ((alice, "Quentin Quibble commented"), (quentin, "quentin, look")):
        notify(
            [told],
            Kind.COMMENT,
            title=about,
            text="by quentin",
            path="/",
            told_once_as=told.username,
        )
    LogEntry.objects.create(
        user=alice,
        content_type=ContentType.objects.get_for_model(User),
        object_id=quentin.pk,
        object_repr=str(quentin),
        action_flag=CHANGE,
    )
    return quentin


@pytest.fixture
def browser(quentin):
    """Quentin's, signed in by the form."""
    browser = Client(headers={"User-Agent": "Browser of Quentin"})
    browser.post("/sign-in/", {"login": "quentin", "password": cast.PASSWORD})
    Client().post("/sign-in/", {"login": "quentin", "password": "quibble?"})
    browser.get("/account/")
    Authenticator.objects.create(user=quentin, type="webauthn", data={"name": "Quentin's key"})
    # Waits for the second factor.
    Client().post("/sign-in/", {"login": "quentin@example.org", "password": cast.PASSWORD})
    assert browser.session["_auth_user_id"] == str(quentin.pk)
    return browser


def tables_that_name_them():
    """Of all tables: sessions as they are read, everything else as PostgreSQL prints it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace"
        )
        tables = [name for (name,) in cursor.fetchall()]
        texts = {}
        for table in tables:
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            texts[table] = cursor.fetchone()[0] or ""
    sessions = [str(session.get_decoded()) for session in Session.objects.all()]
    texts["django_session"] += " ".join(sessions)
    return {table for table, text in texts.items() if any(name in text.lower() for name in NAMES)}


def test_a_pseudonymised_person_is_named_nowhere(quentin, browser, alice):
    assert tables_that_name_them() == {
        "account_emailaddress",
        "accounts_notification",
        "accounts_token",
        "accounts_user",
        "django_admin_log",
        "django_session",
        "mfa_authenticator",
        "products_invitation",
        "socialaccount_socialaccount",
        "usersessions_usersession",
    }

    assert pseudonymise(quentin, by=alice, means="admin")

    assert tables_that_name_them() == set()
    assert browser.get("/account/").status_code == 302
    assert not UserSession.objects.filter(user=quentin).exists()


def test_what_they_did_stays_under_a_name_that_says_nothing(quentin, alice, rota, client):
    pseudonymise(quentin, by=alice, means="admin")

    client.force_login(alice)
    log = client.get("/p/ROTA/log/").content.decode()
    name = f"person-{quentin.pk}"
    assert f"{name} commented on “Swap shifts in two taps” (ROTA-1): “Do it first”" in log
    assert f"alice pseudonymised {name}" in log
    assert f"deactivated {name} and made {name} no longer staff" in log
    notification = Notification.objects.get()
    assert (notification.title, notification.text) == (f"{name} commented", f"by {name}")
    assert Comment.objects.get().author == quentin


def test_tokens_and_open_invitations_of_theirs_open_nothing(quentin, alice, rota):
    text = Token.objects.issue(name="phone", user=quentin)[1]
    headers = {"Authorization": f"Bearer {text}"}
    assert Client().get("/api/v1/products/", headers=headers).status_code == 200

    pseudonymise(quentin, by=alice, means="admin")

    assert Client().get("/api/v1/products/", headers=headers).status_code == 401
    used, opened = Invitation.objects.order_by("pk")
    assert (used.email, used.revoked_at, used.accepted_by) == ("", None, quentin)
    assert opened.email == ""
    assert opened.revoked_at is not None


def test_an_open_invitation_never_loses_its_email_and_stays_open(quentin):
    opened = Invitation.objects.filter(accepted_at=None)

    with pytest.raises(Exception, match="keeps its e-mail while it is open"):
        opened.update(email="")


def test_the_account_opens_nothing_and_may_nothing_any_more(quentin, alice):
    quentin.groups.add(Group.objects.create(name="Helpers"))
    quentin.user_permissions.add(Permission.objects.first())

    pseudonymise(quentin, by=alice, means="admin")

    quentin.refresh_from_db()
    powers = (quentin.is_active, quentin.is_staff, quentin.is_superuser)
    assert powers == (False, False, False)
    assert not quentin.groups.exists()
    assert not quentin.user_permissions.exists()
    assert not quentin.has_usable_password()


def test_others_stay_who_they_are(quentin, alice, rota):
    browser = cast.signed_in(alice)

    pseudonymise(quentin, by=alice, means="admin")

    alice.refresh_from_db()
    assert (alice.username, alice.is_active) == ("alice", True)
    assert browser.get("/account/").status_code == 200
    assert not pseudonymise(quentin, by=alice, means="admin"), "twice"


def test_a_name_that_is_taken_is_not_given_again(quentin, alice):
    cast.user(f"person-{quentin.pk}")

    pseudonymise(quentin, means="command")

    assert User.objects.get(pk=quentin.pk).username == f"person-{quentin.pk}-"


def test_the_command_asks_and_does_nothing_without_a_yes(quentin, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _question: "no")
    with pytest.raises(CommandError, match=r"Nothing was changed\."):
        call_command("pseudonymise", "quentin")
    with pytest.raises(CommandError, match="No user has the name or e-mail nobody"):
        call_command("pseudonymise", "nobody", yes=True)
    assert User.objects.filter(username="quentin").exists()

    out = io.StringIO()
    call_command("pseudonymise", "quentin@example.org", yes=True, stdout=out)

    assert out.getvalue() == f"This is person-{quentin.pk} now.\n"
    event = AccountEvent.objects.get(kind="pseudonymised")
    assert (event.user, event.by, event.means) == (quentin, None, "command")


def test_a_superuser_pseudonymises_in_the_back_office_after_a_question(quentin, client):
    root = cast.user("root", is_staff=True, is_superuser=True)
    client.force_login(root)
    chosen = {"action": "pseudonymise_selected", "_selected_action": [quentin.pk, root.pk]}

    asked = client.post("/admin/accounts/user/", chosen)
    assert "This can’t be taken back" in asked.content.decode()
    assert User.objects.filter(username="quentin").exists()
    client.post("/admin/accounts/user/", chosen | {"confirmed": "yes"})

    assert not User.objects.filter(username="quentin").exists()
    assert User.objects.filter(username="root", is_active=True).exists()
    assert AccountEvent.objects.get(kind="pseudonymised").by == root


def test_a_person_downloads_what_is_kept_about_them(quentin, browser, alice, rota):
    answer = browser.post("/account/data/")

    assert answer["Content-Disposition"] == 'attachment; filename="userward-my-data.json"'
    text = b"".join(answer).decode()
    kept = json.loads(text)
    assert kept["account"]["email"] == "quentin@example.org"
    assert kept["products.comment"][0]["text"] == "Do it first"
    assert kept["prioritisation.rating"][0]["value"] == 3
    assert kept["prioritisation.rating"][0]["persona_name"] == "Nurse"
    assert kept["products.membership"][0]["product_name"] == "Rota"
    assert kept["accounts.token"][0]["name"] == "quentin's laptop"
    assert kept["usersessions.usersession"][0]["user_agent"] == "Browser of Quentin"
    assert {event["kind"] for event in kept["accounts.accountevent"]} >= {"signed_in", "failed"}
    assert {"products.comment", "accounts.token"} <= {event["what"] for event in kept["done"]}
    assert "alice@example.org" not in text
    token, session = quentin.tokens.get(), UserSession.objects.get(user=quentin)
    for secret in (quentin.password, token.digest, token.lookup, session.session_key):
        assert secret not in text


def test_it_is_for_oneself_and_not_for_a_link(client, quentin):
    assert client.post("/account/data/").status_code == 302
    client.force_login(quentin)
    assert client.get("/account/data/").status_code == 405


def test_the_command_prints_the_same(quentin):
    out = io.StringIO()
    call_command("person_data", "quentin", stdout=out)

    kept = json.loads(out.getvalue())
    assert kept["account"]["username"] == "quentin"
    assert kept["accounts.accountevent"][-1]["kind"] == "data_taken"
