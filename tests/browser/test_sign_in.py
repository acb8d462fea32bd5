import re

import pytest
from playwright.sync_api import expect

from accounts.models import User

PASSWORD = "a long enough password"


@pytest.fixture
def alice(transactional_db):
    return User.objects.create_user("alice", "alice@example.com", PASSWORD)


def test_who_is_not_signed_in_is_asked_to(page):
    page.goto("/")

    expect(page.get_by_label("Password")).to_be_visible()


def test_signing_in_by_email_leads_to_the_products(page, alice):
    page.goto("/")
    page.get_by_label(re.compile("mail|name", re.IGNORECASE)).fill("Alice@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Products")).to_be_visible()


def test_a_session_cookie_signs_in(page, alice, sign_in):
    sign_in(alice)

    page.goto("/")

    expect(page.get_by_label("Password")).to_have_count(0)
