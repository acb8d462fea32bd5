"""Every page of the account, of signing in and of the second factor: readable by everybody, and in
our words rather than in those of the library that brings it."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP

from tests import cast, crawling
from tests.browser.test_every_page import examine

ENTRANCE = [
    "/sign-in/", "/sign-in/inactive/", "/password/forgotten/", "/password/forgotten/sent/",
    "/password/new/1-unknown/", "/password/new/set/", "/e-mail/confirm/", "/e-mail/confirm/x/",
    "/sign-in/elsewhere/cancelled/",
]  # fmt: skip
OWN = [
    "account/second-factor/", "account/second-factor/app/remove/", "account/second-factor/codes/",
    "account/second-factor/codes/new/", "account/second-factor/keys/",
    "account/second-factor/keys/new/", "account/second-factor/keys/{key}/",
    "account/second-factor/keys/{key}/remove/", "account/sessions/", "account/e-mail/",
    "account/password/", "account/connections/", "sign-out/",
    "sign-in/again/?next=/account/", "sign-in/again/code/?next=/account/",
    "sign-in/again/passkey/?next=/account/",
]  # fmt: skip
TEXTS = """() => [...document.querySelectorAll("title, h1, h2, label, legend, button, .btn")]
    .map((one) => one.textContent.trim().replace(/\\s+/g, " "))"""
NAMES = r"Userward|API|QR|PIN|Chrome|Linux|CI|HeadlessChrome"
TITLE_CASE = re.compile(rf"[a-z’,-] (?!(?:{NAMES})\b)[A-Z]")
THEIRS = re.compile(
    r"authenticator|two-factor|third-party|third party|e?mail address|log ?in", re.I
)


def our_words(page):
    """Texts that aren't: the whole page in plain words, what names things in sentence case."""
    texts = [text for text in page.evaluate(TEXTS) if TITLE_CASE.search(text)]
    return texts + THEIRS.findall(page.locator("body").inner_text())


def examined(page, *addresses):
    wrong = []
    for address in addresses:
        wrong += examine(page, address)
        wrong += [f"{address}: {text}" for text in our_words(page)]
    return wrong


@pytest.fixture
def alice(page):
    """Signed in by her password, which she has said once more."""
    alice = cast.user("alice")
    page.goto("/sign-in/?next=/sign-in/again/")
    page.get_by_label("Name or e-mail").fill("alice")
    for button in ("Sign in", "Go on"):
        page.get_by_label("Password").fill(cast.PASSWORD)
        page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_url("**/")
    return alice


def test_before_one_is_signed_in(page):
    assert examined(page, *ENTRANCE) == []


def test_the_control_their_words_are_found(page):
    page.goto("/sign-in/")
    page.evaluate("() => { document.querySelector('h1').textContent = 'Sign In' }")
    page.evaluate("() => document.querySelector('.sub').append('Two-Factor Authentication')")

    assert our_words(page) == ["Sign In", "Two-Factor"]


def test_with_a_second_factor(page, alice):
    added = "/account/second-factor/app/"
    wrong = examined(page, "/account/second-factor/", added)
    TOTP.activate(alice, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(alice)
    passkey = {"name": "My phone", "credential": crawling.passkey()}
    key = Authenticator.objects.create(user=alice, type="webauthn", data=passkey)

    wrong += examined(page, *(f"/{path.format(key=key.pk)}" for path in OWN))

    page.context.clear_cookies()
    page.goto("/sign-in/")
    page.get_by_label("Name or e-mail").fill("alice")
    page.get_by_label("Password").fill(cast.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/code/")
    assert wrong + examined(page, "/sign-in/code/") == []


def test_a_first_password_is_set_by_whoever_has_just_signed_in(page, sign_in):
    alice = cast.user("alice", first_name="Alice")
    alice.set_unusable_password()
    alice.save()
    sign_in(alice)

    assert examined(page, "/account/password/first/") == []
    page.get_by_label("New password", exact=True).fill("a longer battery staple")
    page.get_by_label("The new password again").fill("a longer battery staple")
    page.get_by_role("button", name="Set the password").click()
    page.get_by_text("The password is set").wait_for()
    alice.refresh_from_db()
    assert alice.has_usable_password()
