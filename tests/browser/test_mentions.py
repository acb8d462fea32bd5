"""Naming somebody in a comment: by keys and by mouse, from a list of members alone."""

import pytest
from playwright.sync_api import expect

from prioritisation.pipeline.rescoring import rescore
from tests import cast
from tests.browser.axe import violations

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rota(page, sign_in):
    alice = cast.user("alice")
    product = cast.rota(alice)
    for name, called in [("bob", "Robert"), ("bea", "")]:
        cast.join(product, cast.user(name, first_name=called), "viewer")
    cast.user("bert")  # a stranger
    rescore(product.pk)
    sign_in(alice)
    return product


def test_a_member_is_named_by_keys_and_by_mouse(page, rota):
    page.goto("/p/ROTA/requirements/1/")
    box, people = page.locator("#comment_text"), page.get_by_role("listbox", name="Members")
    box.press_sequentially("See @b")
    expect(people.get_by_role("option")).to_have_text(["@bea", "@bob Robert"])
    expect(box).to_be_focused()
    expect(box).to_have_attribute("aria-activedescendant", "mention-0")
    assert violations(page) == []

    box.press("Escape")
    expect(people).to_have_count(0)
    box.press_sequentially("o")
    expect(people.get_by_role("option")).to_have_count(1)
    box.press("Backspace")
    expect(people.get_by_role("option")).to_have_count(2)
    box.press("ArrowDown")
    expect(people.get_by_role("option", selected=True)).to_have_text("@bob Robert")
    box.press("Enter")
    expect(box).to_have_value("See @bob ")
    expect(box).to_be_focused()
    expect(box).not_to_have_attribute("aria-controls", "mention-list")

    box.press_sequentially("and @be")
    people.get_by_role("option").click()
    expect(box).to_have_value("See @bob and @bea ")
    box.press_sequentially("me@b")
    expect(people).to_have_count(0)
    page.get_by_role("button", name="Comment").click()
    expect(page.locator(".talk .mention")).to_have_text(["@bob", "@bea"])


def test_in_the_drawer_escape_closes_the_list_alone(page, rota):
    page.goto("/p/ROTA/")
    page.get_by_role("link", name="Swap shifts").first.click()
    box = page.locator("#drawer #comment_text")
    box.press_sequentially("@bo")
    options = page.get_by_role("listbox", name="Members").get_by_role("option")
    expect(options).to_have_count(1)

    box.press("Escape")

    expect(options).to_have_count(0)
    expect(box).to_be_visible()
    box.press_sequentially("b")
    expect(options).to_have_count(1)
    box.press("Tab")
    expect(box).to_have_value("@bob ")
