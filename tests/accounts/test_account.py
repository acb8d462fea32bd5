import re

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from accounts import passwords
from accounts.models import Token, User
from accounts.passwords import HardToGuess
from products.services import create_product
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alice_is_signed_in")]


def change(client, **fields):
    form = {
        "oldpassword": cast.PASSWORD,
        "password1": "a longer battery staple",
        "password2": "a longer battery staple",
        **fields,
    }
    return client.post("/account/password/", form)


def test_the_password_is_changed_and_one_stays_signed_in(client, alice):
    elsewhere = Client()
    elsewhere.force_login(alice)

    response = change(client)

    assert response.status_code == 302
    alice.refresh_from_db()
    assert alice.check_password("a longer battery staple")
    assert client.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302, "other sessions end"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"oldpassword": "no"}, "oldpassword"),
        ({"password2": "another"}, "password2"),
        ({"password1": "1234567890", "password2": "1234567890"}, "password1"),
        ({"password1": "Summer2026", "password2": "Summer2026"}, "password1"),
        ({"password1": "too short", "password2": "too short"}, "password1"),
    ],
)
def test_a_bad_password_gets_a_message_beside_its_field(client, alice, fields, wrong):
    response = change(client, **fields)

    assert wrong in response.context["form"].errors
    alice.refresh_from_db()
    assert alice.check_password(cast.PASSWORD)


def test_the_name_of_ones_product_is_no_password(client, alice):
    create_product(name="Ward planner", owner=alice)

    response = change(client, password1="wardplanner26", password2="wardplanner26")

    assert "password1" in response.context["form"].errors


@pytest.mark.parametrize(
    "easy", ["wilhelmina", "strausskahn", "wilhelmina@ward9.example", "ward9.example"]
)
def test_what_one_is_called_is_no_password(easy):
    """Neither is hard to guess for whoever knows the person."""
    somebody = User(
        username="wilhelmina",
        email="wilhelmina@ward9.example",
        first_name="Wilhelmina",
        last_name="Strausskahn",
    )

    with pytest.raises(ValidationError, match="easy to guess"):
        HardToGuess().validate(easy, somebody)


def test_of_a_long_password_only_the_beginning_is_examined(monkeypatch):
    """A megabyte would take hours."""
    examined = []
    monkeypatch.setattr(
        passwords, "zxcvbn", lambda text, words: examined.append(text) or {"score": 4}
    )

    HardToGuess().validate("x" * 1_000_000)

    assert examined == ["x" * 72]


def test_a_session_elsewhere_is_listed_and_ended(client, alice):
    elsewhere = Client(headers={"user-agent": "A phone"})
    elsewhere.post("/sign-in/", {"login": "alice", "password": cast.PASSWORD})
    session = UserSession.objects.get(user=alice)

    assert "A phone" in client.get("/account/sessions/").content.decode()
    client.post(f"/account/sessions/{session.pk}/end/")

    assert elsewhere.get("/account/").status_code == 302


def test_nobody_ends_anothers_session(client, alice):
    bob = Client()
    bob.force_login(cast.user("bob"))
    bob.post("/sign-out/")
    bob.post("/sign-in/", {"login": "bob", "password": cast.PASSWORD})

    response = client.post(f"/account/sessions/{UserSession.objects.get().pk}/end/")

    assert response.status_code == 404
    assert bob.get("/account/").status_code == 200


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/sign-in/again/", {"password": cast.PASSWORD}),
        ("/account/password/", {"oldpassword": cast.PASSWORD, "password1": "x", "password2": "x"}),
    ],
)
def test_who_gives_a_password_that_is_stored_in_an_older_way_stays_signed_in(
    client, alice, settings, path, form
):
    settings.PASSWORD_HASHERS = ["accounts.hashing.BoundedArgon2", *settings.PASSWORD_HASHERS]

    client.post(path, form)

    alice.refresh_from_db()
    assert alice.password.startswith("argon2"), "it was hashed anew"
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize(
    ("setting", "key"), [("SESSION_IDLE_SECONDS", "seen"), ("SESSION_SECONDS", "began")]
)
def test_a_session_ends_when_it_is_idle_or_lasted_too_long(client, settings, setting, key):
    setattr(settings, setting, 100)
    assert client.get("/account/").status_code == 200
    session = client.session
    session[key] -= 101
    session.save()

    assert client.get("/account/").status_code == 302


@pytest.mark.parametrize(("seconds", "noted"), [(30, False), (70, True)])
def test_a_session_that_is_used_is_not_idle_and_is_noted_once_a_minute(client, seconds, noted):
    client.get("/account/")
    session = client.session
    was = session["seen"] = session["seen"] - seconds
    session.save()

    client.get("/account/")

    assert (client.session["seen"] > was) is noted


def test_what_one_sees_signed_in_is_kept_by_no_cache(client):
    assert client.get("/account/")["Cache-Control"] == "no-store"


def test_a_revoked_token_opens_nothing(client, alice):
    token, text = Token.objects.issue(name="CI", user=alice)

    client.post(f"/account/tokens/{token.pk}/revoke/")

    assert Token.objects.authenticate(text) is None


@pytest.fixture
def said_again(client, alice):
    client.post("/sign-in/again/", {"password": cast.PASSWORD})
    return client


def test_the_email_is_changed_at_once_where_no_mail_is_sent(said_again, alice):
    said_again.post("/account/e-mail/", {"email": "New@example.org", "action_add": "1"})

    alice.refresh_from_db()
    assert alice.email == "new@example.org"


def test_of_two_new_emails_the_later_is_the_one(said_again, alice):
    for email in ("new@example.org", "newer@example.org"):
        said_again.post("/account/e-mail/", {"email": email, "action_add": "1"})

    alice.refresh_from_db()
    assert alice.email == "newer@example.org"
    assert list(EmailAddress.objects.values_list("email", "primary")) == [(alice.email, True)]


def test_where_mail_is_sent_a_new_email_waits_for_its_link(said_again, alice, settings):
    settings.EMAIL_URL = "smtp://mail.example"

    said_again.post("/account/e-mail/", {"email": "new@example.org", "action_add": "1"})

    alice.refresh_from_db()
    assert alice.email == "alice@example.org"
    link = re.search(r"http://testserver(/e-mail/confirm/\S+)", mail.outbox[0].body)[1]
    said_again.get(link)
    alice.refresh_from_db()
    assert alice.email == "alice@example.org", "mail scanners open links"
    said_again.post(link)
    alice.refresh_from_db()
    assert alice.email == "new@example.org"


def test_anothers_email_is_refused_and_so_are_many_questions(said_again, alice):
    cast.user("bob")

    answers = [
        said_again.post("/account/e-mail/", {"email": email, "action_add": "1"})
        for email in ["bob@example.org"] * 7
    ]

    assert "This e-mail can&#x27;t be used." in answers[0].content.decode()
    assert "Too many changes" in answers[-1].content.decode()
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"


def test_an_email_is_changed_only_by_whom_has_just_said_who_they_are(client, alice):
    response = client.post("/account/e-mail/", {"email": "new@example.org", "action_add": "1"})

    assert response["Location"].startswith("/sign-in/again/")
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"


def test_whoever_has_confirmed_an_address_can_say_again_who_they_are(client, alice):
    """allauth would offer them a code by mail as well, for which there is no page."""
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)

    form = {"email": "new@example.org", "action_add": "1"}

    asked = client.post("/account/e-mail/", form)

    assert asked["Location"].startswith("/sign-in/again/")
    assert client.get(asked["Location"]).status_code == 200
    client.post("/sign-in/again/", {"password": cast.PASSWORD})
    client.post("/account/e-mail/", form)
    alice.refresh_from_db()
    assert alice.email == "new@example.org"
