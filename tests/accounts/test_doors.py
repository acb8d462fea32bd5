"""What is posted where a password, a code or another proof is taken."""

import re

import pytest
from django.test import Client

from accounts import limits
from accounts.adapter import UNTOLD_ADDRESS
from accounts.doors import address_of
from accounts.sign_in_limits import POSTS_PER_DOOR
from tests import cast
from tests.crawling import urls

FORM = {"login": "alice", "password": "wrong"}
#: take a proof, and look at no password, code or key
NO_DOORS = {
    "mfa_add_webauthn", "mfa_edit_webauthn", "mfa_remove_webauthn", "mfa_deactivate_totp",
    "mfa_generate_recovery_codes", "account_logout",
}  # fmt: skip


@pytest.fixture
def held():
    """Others' sign-ins that are under way: `held(limits.sign_ins, "10.0.0.1")`."""
    taken = []

    def take(places, who):
        for _ in range(places.each):
            places.take(who)
            taken.append((places, who))

    yield take
    for places, who in taken:
        places.give_back(who)


@pytest.mark.django_db
def test_one_address_signs_in_so_often_at_once_and_others_meanwhile(held):
    held(limits.sign_ins, "10.0.0.1")

    refused = Client(REMOTE_ADDR="10.0.0.1").post("/sign-in/", FORM)
    other = Client(REMOTE_ADDR="10.0.0.2").post("/sign-in/", FORM)

    assert (refused.status_code, refused["Retry-After"]) == (429, "1")
    assert limits.sign_ins.each == 3
    assert "Several people sign in from your network" in refused.content.decode()
    assert "frame-ancestors 'none'" in refused["Content-Security-Policy"]
    assert other.status_code == 200


@pytest.mark.django_db
def test_sign_ins_leave_a_quarter_of_the_threads_to_others(held):
    """Else: eight of them wait for passwords to be hashed, and nobody hears that it is ready."""
    assert limits.all_sign_ins.each == 6
    held(limits.all_sign_ins, "everybody")
    client = Client()

    assert "Many people sign in at this moment" in client.post("/sign-in/", FORM).content.decode()
    assert client.get("/sign-in/").status_code == 200
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_what_has_ended_leaves_its_place():
    for _ in range(limits.all_sign_ins.each + 1):
        assert Client().post("/sign-in/", FORM).status_code == 200


def test_every_form_of_the_account_that_takes_a_proof_is_a_door():
    ours = [url for url in urls() if re.match(r"sign-|password/|account/", url.route)]
    takes_proof = re.compile(r"login|signup|authenticate|password|email$|activate")
    found = {url.name for url in ours if getattr(url.callback, "is_a_door", False)}
    expected = {url.name for url in ours if takes_proof.search(url.name)}
    pages = {name for name in expected if re.search(r"_done$|socialaccount|openid", name)}

    assert found == expected - pages - NO_DOORS


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/sign-up/", {}),
        ("/password/forgotten/", {"email": "x"}),
        ("/password/new/1-set-password/", {}),
        ("/sign-in/passkey/", {"credential": "{}"}),
    ],
)
def test_a_door_is_posted_to_so_often_by_one_address(settings, path, form):
    settings.SIGN_UP = "open"
    answers = [Client().post(path, form) for _ in range(POSTS_PER_DOOR.most + 1)]
    other = Client(REMOTE_ADDR="10.0.0.2").post(path, form)

    assert 429 not in {answer.status_code for answer in [*answers[:-1], other]}
    assert (answers[-1].status_code, answers[-1]["Retry-After"]) == (429, "60")


@pytest.mark.django_db
def test_a_link_for_one_address_is_mailed_five_times_known_or_not(settings, mailoutbox):
    settings.EMAIL_URL = "smtp://mail.example"
    cast.user("alice")
    for email in ["alice@example.org", "nobody@example.org"]:
        answers = [
            Client(REMOTE_ADDR=f"10.0.0.{number}").post("/password/forgotten/", {"email": email})
            for number in range(6)
        ]
        assert [answer.status_code for answer in answers] == [302] * 5 + [200]
        assert "asked for too often" in answers[-1].content.decode()

    assert len(mailoutbox) == 10


@pytest.mark.parametrize(
    ("proxies", "told", "address"),
    [
        (0, "10.1.1.1", "127.0.0.1"),
        (1, "10.1.1.1", "10.1.1.1"),
        (1, "10.6.6.6, 10.1.1.1", "10.1.1.1"),
        (2, "10.6.6.6, 10.1.1.1, 10.2.2.2", "10.1.1.1"),
        (2, "10.1.1.1", "10.1.1.1"),
        (1, "10.1.1.1:4711", "10.1.1.1"),
        (1, "2001:db8::1", "2001:db8::"),
        (1, "", "127.0.0.1"),
        (1, "quatsch", UNTOLD_ADDRESS),
    ],
)
def test_an_address_is_what_the_trusted_proxies_tell(rf, settings, proxies, told, address):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"x-forwarded-for": told} if told else {}

    assert address_of(rf.get("/", headers=headers)) == address


@pytest.mark.django_db
def test_who_is_told_of_by_nobody_signs_in_all_the_same():
    cast.user("alice")

    answer = Client(REMOTE_ADDR="").post("/sign-in/", FORM | {"password": cast.PASSWORD})

    assert answer.status_code == 302
