"""A token is made in the browser by whoever says once more who they are."""

import pytest
from playwright.sync_api import expect

from accounts.models import Token
from tests import cast


@pytest.mark.parametrize("path", ["/account/tokens/", "/p/ROTA/tokens/"])
def test_a_token_is_made_and_its_text_shown_to_be_copied(page, sign_in, path):
    alice = cast.user("alice")
    cast.rota(alice)
    sign_in(alice)

    page.goto(path)
    page.get_by_label("Name").fill("CI")
    page.get_by_label("Read personas").check()
    page.get_by_role("button", name="Make a token").click()
    page.get_by_label("Password").fill(cast.PASSWORD)
    page.get_by_role("button", name="Go on").click()

    text = page.get_by_label("Token", exact=True).input_value()
    expect(page.get_by_role("region", name="The token “CI”")).to_be_focused()
    assert Token.objects.authenticate(text).scopes == ["personas:read"]
    page.get_by_role("button", name="Revoke CI").click()
    expect(page.get_by_text("“CI” has been revoked.")).to_be_visible()
    assert Token.objects.authenticate(text) is None
