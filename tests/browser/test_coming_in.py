"""From an invitation's link to a first rating, and in again by every second factor there is."""

import time

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.db import transaction
from playwright.sync_api import expect

from accounts.models import User
from prioritisation.models import Rating
from products.invitations import invite
from products.models import Invitation
from products.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a longer battery staple"
A_MINUTE = 60


@pytest.fixture
def alice(transactional_db):
    return cast.user("alice")


@pytest.fixture
def rota(alice):
    return cast.rota(alice)


def sign_in(page, *, name="alice", password=cast.PASSWORD, to="**/"):
    page.goto("/sign-in/")
    page.get_by_label("Name or e-mail").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(to)


def sign_out(page):
    page.goto("/sign-out/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/")


def say_again(page):
    page.get_by_label("Password").fill(cast.PASSWORD)
    page.get_by_role("button", name="Go on").click()


def test_somebody_without_an_account_rates_within_a_minute(page, rota, alice, new_context):
    sign_in(page)
    page.goto("/p/ROTA/members/")
    page.get_by_label("Role").last.select_option("contributor")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Link", exact=True).input_value()

    other = new_context().new_page()
    began = time.monotonic()
    other.goto(link)
    other.get_by_role("button", name="Make an account").click()
    other.get_by_label("Name").fill("nora")
    other.get_by_label("E-mail").fill("nora@example.org")
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Make an account").click()
    other.get_by_role("button", name="Accept").click()
    expect(other.get_by_text("You are contributor of Rota now.")).to_be_visible()
    other.goto("/p/ROTA/rate/")
    other.get_by_role("gridcell", name="Dark mode, Nurse").click()
    with other.expect_response(lambda answer: answer.request.method == "POST"):
        other.keyboard.press("4")

    rating = Rating.objects.get(rater__username="nora")
    assert (rating.requirement.title, rating.value) == ("Dark mode", 4)
    assert time.monotonic() - began < A_MINUTE
    assert Invitation.objects.get().accepted_by.username == "nora"


def test_a_link_for_another_address_says_so_and_lets_one_change_the_account(page, rota, alice):
    cast.user("bob")
    cast.user("carol")
    with transaction.atomic():
        _made, text = invite(product=rota, role=Role.VIEWER, by=alice, email="carol@example.org")
    sign_in(page, name="bob")

    page.goto(f"/invitations/{text}/")
    expect(page.get_by_text("It is for another e-mail than yours")).to_be_visible()
    page.get_by_role("button", name="Sign out and use another account").click()
    page.get_by_role("link", name="I have one: sign in").click()
    page.get_by_label("Name or e-mail").fill("carol")
    page.get_by_label("Password").fill(cast.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Accept").click()

    expect(page.get_by_text("You are viewer of Rota now.")).to_be_visible()


def test_an_app_is_added_and_its_code_or_a_recovery_code_signs_in(page, alice):
    sign_in(page)
    page.goto("/account/second-factor/")
    page.get_by_role("link", name="Add an app").click()
    say_again(page)
    secret = page.get_by_label("Or type this key into it").input_value()
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Add the app").click()
    expect(page.get_by_text("The app is added.")).to_be_visible()
    page.goto("/account/second-factor/codes/")
    recovery = page.get_by_label("Unused codes").input_value().split()
    assert len(recovery) == 10

    for code in (code_of(secret, later=30), recovery[0]):
        sign_out(page)
        sign_in(page, to="**/sign-in/code/")
        page.get_by_label("Code").fill(code)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/")
    sign_out(page)
    sign_in(page, to="**/sign-in/code/")
    page.get_by_label("Code").fill(recovery[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("Code: This code is wrong, was used already")).to_be_visible()


def code_of(secret, *, later=0):
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time() + later) // 30))


@pytest.fixture
def phone(browser, site, problems):
    """A page by the name of the host, as passkeys want it, of a browser with a fingerprint."""
    context = browser.new_context(base_url=site.replace("127.0.0.1", "localhost"))
    context.set_default_timeout(10_000)
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield page
    context.close()


def test_a_passkey_is_added_and_signs_in_without_a_password(phone, alice):
    sign_in(phone)
    phone.goto("/account/second-factor/keys/new/")
    say_again(phone)
    phone.get_by_label("Name").fill("My phone")
    phone.get_by_label("Sign in with it alone").check()
    phone.get_by_role("button", name="Add", exact=True).click()
    expect(phone.get_by_text("The passkey or key is added.")).to_be_visible()
    sign_out(phone)

    phone.get_by_role("button", name="Sign in with a passkey").click()

    phone.wait_for_url(lambda url: "sign-in" not in url)
    phone.goto("/account/second-factor/keys/")
    expect(phone.get_by_text("My phone")).to_be_visible()
    assert User.objects.get(username="alice").authenticator_set.get(type="webauthn").last_used_at
