"""Neither an answer nor the time it takes tells whether there is an account.

Times are the processor's, of this thread alone, so that other work on the machine doesn't count;
medians of requests that take turns. A password that is hashed for one and not for the other would
be four fifths of the time.
"""

import statistics
import time

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import SignInAttempts, User
from products.models import Invitation
from tests import cast
from tests.accounts.doors import users

pytestmark = pytest.mark.django_db
TURNS = 9
MOST_APART = 1.4


@pytest.fixture(autouse=True)
def site(settings):
    """Anybody may sign up, mail is sent, and passwords cost what they cost."""
    settings.PASSWORD_HASHERS = ["accounts.hashing.BoundedArgon2"]
    settings.EMAIL_URL = "smtp://mail.example"
    settings.SIGN_UP, settings.ACCOUNT_EMAIL_VERIFICATION = "open", "mandatory"
    users("alice", *(f"alice{n}" for n in range(TURNS + 1)))


def compared(post, known, unknown):
    """(how much longer the known one takes, the answers to both); `post(turn, text)` posts it."""
    times, answers = ([], []), ([], [])
    for turn in range(TURNS + 1):
        for side, text in enumerate((known, unknown)):
            SignInAttempts.objects.all().delete()
            begun = time.thread_time()
            answer = post(turn, text.format(turn))
            times[side].append(time.thread_time() - begun)
            answers[side].append((answer.status_code, answer.get("Location")))
    # The first fills caches.
    return statistics.median(times[0][1:]) / statistics.median(times[1][1:]), answers


def assert_alike(ratio, answers):
    assert answers[0] == answers[1]
    assert 1 / MOST_APART < ratio < MOST_APART


@pytest.mark.parametrize(
    ("known", "unknown"),
    [
        ("alice", "nobody"),
        ("alice@example.org", "nobody@example.org"),
        ("deactivated", "nobody"),
        ("without password", "nobody"),
    ],
)
def test_signing_in(known, unknown):
    users("deactivated", "without password")
    User.objects.filter(username="deactivated").update(is_active=False)
    User.objects.filter(username="without password").update(password="!")

    found = compared(
        lambda _turn, name: Client().post("/sign-in/", {"login": name, "password": "wrong"}),
        known,
        unknown,
    )

    assert_alike(*found)


def test_signing_up(mailoutbox):
    def sign_up(turn, email):
        form = {"username": f"new{turn}", "email": email, "password1": "a longer battery staple"}
        return Client().post("/sign-up/", form)

    found = compared(sign_up, "alice{}@example.org", "nobody{}@example.org")

    assert found[1][0] == [(302, "/e-mail/confirm/")] * (TURNS + 1)
    assert_alike(*found)


def test_asking_for_a_new_password_leaves_all_that_differs_until_after_the_answer(
    mailoutbox, monkeypatch
):
    """A server has sent an answer when it closes it."""
    seen, close = [], HttpResponse.close

    def note_and_close(answer):
        seen.append((answer.status_code, len(queries), len(mailoutbox)))
        close(answer)

    monkeypatch.setattr(HttpResponse, "close", note_and_close)
    for email in ("alice@example.org", "nobody@example.org"):
        with CaptureQueriesContext(connection) as queries:
            Client().post("/password/forgotten/", {"email": email})
        assert [mail.to for mail in mailoutbox] == [[email]]
        mailoutbox.clear()

    assert seen[0] == seen[1]
    assert seen[0][2] == 0


def test_changing_the_email(client, mailoutbox):
    client.force_login(User.objects.get(username="alice"))
    client.post("/sign-in/again/", {"password": cast.PASSWORD})

    def change(_turn, email):
        return client.post("/account/e-mail/", {"email": email, "action_add": "1"})

    found = compared(change, "alice{}@example.org", "nobody{}@example.org")

    assert found[1][0][0] == (302, "/account/e-mail/")
    assert_alike(*found)


@pytest.mark.parametrize("path", ["/p/ROTA/members/", "/api/v1/products/ROTA/members/"])
def test_inviting_by_email(client, path):
    users("olga")
    olga = User.objects.get(username="olga")
    client.force_login(olga)
    cast.rota(olga)
    role = 1 if path.startswith("/p/") else "viewer"

    def invite(_turn, email):
        as_json = {} if path.startswith("/p/") else {"content_type": "application/json"}
        return client.post(path, {"email": email, "role": role, "days": 7}, **as_json)

    found = compared(invite, "alice{}@example.org", "nobody{}@example.org")

    assert Invitation.objects.count() == 2 * (TURNS + 1)
    assert [status for status, _to in found[1][0]] == [status for status, _to in found[1][1]]
    assert 1 / MOST_APART < found[0] < MOST_APART
