"""Charts read as a person would: by eye and by keyboard."""

import re

import pytest
from playwright.sync_api import expect

from prioritisation.rescoring import rescore
from tests import cast


@pytest.fixture
def rota(page, sign_in):
    alice = cast.user("alice")
    product = cast.rota(alice)
    rescore(product.pk)
    sign_in(alice)
    return product


def test_shelfware_is_found_on_the_map(page, rota):
    page.goto("/p/ROTA/")
    page.keyboard.press("2")
    expect(page).to_have_url(re.compile("/p/ROTA/map/$"))

    sso = page.get_by_role("link", name="Single sign-on: end users 0, buyers and sponsors 100")
    where, corner = sso.bounding_box(), page.get_by_text("Paid for, not used").first.bounding_box()
    other = page.get_by_role("link", name="Swap shifts in two taps: end users 100").bounding_box()
    assert where["x"] < other["x"]
    assert where["y"] < other["y"]
    assert abs(where["y"] - corner["y"]) < 60
    sso.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Single sign-on")).to_be_visible()

    page.go_back()
    page.set_viewport_size({"width": 390, "height": 844})
    shelf = page.get_by_role("region", name="Paid for, not used")
    expect(shelf.get_by_role("link")).to_have_text(["Single sign-on"])
    expect(sso).to_be_hidden()
