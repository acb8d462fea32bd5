"""Keys are the same on all pages: they keep out of text fields and can be switched off."""

import re

import pytest
from playwright.sync_api import expect

from prioritisation.models import Rating
from prioritisation.pipeline.rescoring import rescore
from tests import cast
from tests.browser.test_every_page import findings

ROOT = "html"


@pytest.fixture
def ranking(page, sign_in):
    """Alice's ranking: Swap shifts first, Single sign-on second, Dark mode not rated."""
    alice = cast.user("alice")
    product = cast.rota(alice)
    rescore(product.pk)
    sign_in(alice)
    page.goto("/p/ROTA/")
    return product


def focused(page):
    return page.locator("*:focus")


def test_j_and_k_walk_through_the_rows_and_enter_opens_one(page, ranking):
    for key, title in [
        ("j", "Swap shifts"),
        ("j", "Single sign-on"),
        ("j", "Dark mode"),
        ("j", "Dark mode"),
        ("k", "Single sign-on"),
    ]:
        page.keyboard.press(key)
        expect(focused(page)).to_contain_text(title)

    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/p/ROTA/requirements/2/$"))


def test_a_theme_and_a_density_stay_from_page_to_page(page, ranking):
    page.keyboard.press("t")
    page.keyboard.press("t")
    page.keyboard.press("d")
    page.goto("/p/ROTA/personas/")

    expect(page.locator(ROOT)).to_have_attribute("data-theme", "dark")
    expect(page.locator(ROOT)).to_have_attribute("data-density", "compact")


def test_keys_are_letters_in_a_text_field(page, ranking):
    page.keyboard.press("/")
    page.keyboard.type("td")

    expect(page.locator("#filter")).to_have_value("td")
    expect(page.locator(ROOT)).not_to_have_attribute("data-theme", re.compile("."))


def test_the_list_of_keys_has_a_switch_that_turns_them_off(page, ranking):
    page.keyboard.press("?")
    assert findings(page, "dark", 390) + findings(page, "light", 1440) == []
    page.get_by_label("Use single-key shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    expect(page.locator(ROOT)).not_to_have_attribute("data-theme", re.compile("."))

    page.reload()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_label("Use single-key shortcuts").check()
    page.keyboard.press("t")
    expect(page.locator(ROOT)).not_to_have_attribute("data-theme", re.compile("."))
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    expect(page.locator(ROOT)).to_have_attribute("data-theme", "light")


def test_the_row_one_stands_on_is_kept_when_the_order_changes(page, ranking):
    page.keyboard.press("j")
    expect(focused(page)).to_contain_text("Swap shifts")

    nurse = ranking.personas.get(name="Nurse")
    for number, value in [(1, -3), (2, 5)]:
        Rating.objects.filter(requirement__number=number, persona=nurse).update(value=value)
    rescore(ranking.pk)

    # The page asks every few seconds; expect's own 5 s leave no room for a busy machine.
    first = page.locator("tr[data-k] [data-open]").first
    expect(first).to_contain_text("Single sign-on", timeout=15_000)
    expect(focused(page)).to_contain_text("Swap shifts")
    expect(page.locator("tr.cursor")).to_contain_text("Swap shifts")
