"""A real site with eight threads, Redis away, and somebody who knocks two hundred times at once."""

import time
from functools import partial
from threading import Event, Thread

import pytest
from allauth.mfa.totp.internal.auth import TOTP

from accounts.models import AccountEvent, User
from tests import cast, processes
from tests.accounts.doors import Visitor, side_by_side, users

pytestmark = pytest.mark.django_db(transaction=True)

WRONG, TOO_MANY = "Name or password is wrong", "Too many failed attempts"
#: of an idle machine it is a twentieth of this; docs/performance.md has the figures
PATIENT_MS = 3_000


@pytest.fixture(scope="module")
def site(django_db_setup):
    nowhere = {"REDIS_URL": "redis://127.0.0.1:1/0"}
    with processes.site(threads=8, TRUSTED_PROXIES="1", **nowhere) as address:
        yield address


@pytest.fixture(autouse=True)
def people(site):
    users("alice", "bob")


def visitors(site, number, *, address="10.0.0.1"):
    """So many with one form each: what they send next is the attempt itself."""
    first = Visitor(site, address)
    first.ask("/sign-in/")
    made = [Visitor(site, address) for _ in range(number)]
    for one in made:
        one.cookies = dict(first.cookies)
    return made


def signed_in(site):
    visitor = Visitor(site)
    assert visitor.sign_in("alice").status == 302
    return visitor


def of(answers, text):
    return len([answer for answer in answers if text in answer.text])


@pytest.mark.parametrize("name", ["alice", "alice@example.org", "nobody", "nobody{}"])
def test_of_two_hundred_attempts_at_once_few_passwords_are_looked_at(site, name):
    """Before they are turned away, and however many names they try."""
    attempts = visitors(site, 200)

    answers = side_by_side(
        partial(visitor.sign_in, name.format(number), "wrong")
        for number, visitor in enumerate(attempts)
    )
    later = [visitor.sign_in(name.format("-later"), "wrong") for visitor in attempts[:12]]

    assert {answer.status for answer in answers} <= {200, 429}
    assert 1 <= of(answers + later, WRONG) <= 10
    assert TOO_MANY in later[-1].text


def test_meanwhile_others_sign_in_and_the_site_is_ready(site):
    attackers, bob = visitors(site, 200), Visitor(site, "10.9.9.9")
    bob.ask("/sign-in/")
    over, ready = Event(), []

    def watch():
        while not over.is_set():
            ready.append(Visitor(site, "10.8.8.8").ask("/readyz"))
            time.sleep(0.02)

    watcher = Thread(target=watch)
    watcher.start()
    tasks = [partial(visitor.sign_in, "alice", "wrong") for visitor in attackers]
    answers = side_by_side([*tasks[:100], partial(bob.sign_in, "bob"), *tasks[100:]])
    over.set()
    watcher.join()

    assert answers[100].status == 302
    assert answers[100].ms < PATIENT_MS
    assert {answer.status for answer in ready} == {200}
    assert max(answer.ms for answer in ready) < PATIENT_MS


def test_the_back_office_and_the_api_look_at_no_password(site):
    attempts = visitors(site, 20)
    form = {"username": "alice", "password": cast.PASSWORD, "next": "/admin/"}
    basic = {"Authorization": "Basic YWxpY2U6Y29ycmVjdCBob3JzZSBiYXR0ZXJ5"}

    entered = side_by_side(partial(one.ask, "/admin/login/", form) for one in attempts)
    asked = side_by_side(partial(one.ask, "/api/v1/products/", **basic) for one in attempts)

    assert {answer.to for answer in entered} == {"/sign-in/?next=/admin/"}
    assert {answer.status for answer in asked} == {401}


@pytest.mark.parametrize(
    ("path", "form", "looked_at"),
    [
        ("/sign-in/again/", {"password": "wrong"}, "This isn’t your password"),
        (
            "/account/password/",
            {"oldpassword": "wrong", "password1": "a longer battery staple"},
            "This isn’t your present password",
        ),
    ],
)
def test_who_holds_a_session_tries_the_password_as_seldom(site, path, form, looked_at):
    alice = signed_in(site)

    answers = side_by_side([partial(alice.ask, path, form)] * 40)
    answers += [alice.ask(path, form) for _ in range(8)]

    assert 1 <= of(answers, looked_at.replace("’", "&#x27;")) <= 10
    assert of(answers, TOO_MANY) + len([one for one in answers if one.status == 429]) >= 30


def test_codes_of_a_second_factor_are_tried_as_seldom(site):
    alice = User.objects.get(username="alice")
    TOTP.activate(alice, "JBSWY3DPEHPK3PXP")
    visitor = Visitor(site)
    assert visitor.sign_in("alice").to.startswith("/sign-in/code/")

    wrong = partial(visitor.ask, "/sign-in/code/", {"code": "abcdef"})
    answers = side_by_side([wrong] * 40) + [wrong() for _ in range(8)]

    refused = AccountEvent.objects.get(user=alice, kind="failed").attempts
    assert 1 <= refused <= 5
    assert of(answers, "This code is wrong") == refused
