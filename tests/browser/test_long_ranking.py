"""A group of more rows than are drawn at once: parts are added, and what is added stays."""

import pytest
from playwright.sync_api import expect

from prioritisation.models import Rating
from prioritisation.pipeline.rescoring import rescore
from products.models import Requirement
from tests.benchmarks.data import owner, product_of
from tests.browser.test_every_page import findings, overflow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def product(sign_in):
    made = product_of(450, kinds=["end_user", "procurer"], name="Long", vacuum=False)
    sign_in(owner())
    return made


def rows(page):
    return page.locator("#ranking tr[data-k]")


def stand_on(page, row):
    rows(page).nth(row).locator("[data-open]").focus()


def rescored(page, product, number, title):
    """Somebody's change arrives, as a poll tells of it."""
    Requirement.objects.filter(product=product, number=number).update(title=title)
    Rating.objects.filter(requirement__number=number, product=product).update(value=5)
    rescore(product.pk)
    page.evaluate("document.body.dispatchEvent(new CustomEvent('userward:rescored', {detail: {}}))")


def test_parts_are_added_by_the_link_and_by_j_and_stay_in_a_live_swap(page, product):
    page.goto(f"/p/{product.key}/")
    expect(rows(page)).to_have_count(200)
    first = rows(page).nth(0).get_attribute("data-k")

    # By the keys: J on the last row goes on into the part, pressed twice as well as once.
    stand_on(page, 199)
    page.evaluate("""for (const _time of [1, 2]) document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", { key: "j", bubbles: true }))""")
    expect(rows(page)).to_have_count(400)
    expect(rows(page).nth(200)).to_have_class("cursor")
    expect(rows(page).nth(200).locator("[data-open]")).to_be_focused()
    assert rows(page).nth(0).get_attribute("data-k") == first
    keys = page.eval_on_selector_all("#ranking tr[data-k]", "all => all.map(one => one.dataset.k)")
    assert len(set(keys)) == 400

    # What is selected in a part, and where one stands, outlives somebody's change.
    page.keyboard.press("x")
    rows(page).nth(10).get_by_role("checkbox").check()
    stand_on(page, 200)
    here = rows(page).nth(200).get_attribute("data-k")
    rescored(page, product, 450, "Moved up")
    expect(rows(page).filter(has_text="Moved up")).to_have_count(1)
    expect(rows(page)).to_have_count(400)
    expect(page.locator(f"tr[data-k='{here}'] [data-open]")).to_be_focused()
    expect(page.locator("[data-chosen]")).to_have_text("2 selected")

    # By the link, to the end; the focus is on the first row that came.
    page.get_by_role("link", name="Show the next ones").click()
    expect(rows(page)).to_have_count(450)
    expect(rows(page).nth(400).locator("[data-open]")).to_be_focused()
    expect(page.get_by_role("link", name="Show the next ones")).to_have_count(0)
    expect(page.locator("[data-chosen]")).to_have_text("2 selected")

    # Both are edited together.
    page.get_by_role("button", name="Tag").click()
    expect(page.get_by_role("heading", name="Tag of 2 requirements")).to_be_visible()
    page.keyboard.press("Escape")

    page.get_by_role("searchbox").fill("Moved")
    expect(rows(page)).to_have_count(1)


def test_j_goes_on_when_the_part_was_lost_to_a_live_swap(page, product):
    page.goto(f"/p/{product.key}/")
    waiting = []
    page.route("**/ranking/?*part=*", lambda route: waiting.append(route))
    stand_on(page, 199)
    with page.expect_request("**/ranking/?*part=*"):
        page.keyboard.press("j")
    rescored(page, product, 450, "Moved up")
    expect(rows(page).filter(has_text="Moved up")).to_have_count(1)
    waiting[0].continue_()
    page.unroute_all(behavior="ignoreErrors")

    stand_on(page, 199)
    page.keyboard.press("j")

    expect(rows(page)).to_have_count(400)


def test_the_drawer_goes_on_into_the_next_part(page, product):
    page.goto(f"/p/{product.key}/")
    rows(page).nth(199).locator("[data-open]").click()
    drawer = page.locator("#drawer")
    expect(drawer.get_by_role("heading").first).to_be_visible()

    page.keyboard.press("j")

    expect(rows(page)).to_have_count(400)
    title = rows(page).nth(200).locator("[data-open]").text_content()
    expect(drawer).to_contain_text(title)
    expect(rows(page).nth(200)).to_have_class("on cursor")


def test_parts_can_be_read_at_any_width_and_without_a_script(page, product, new_context, sign_in):
    page.goto(f"/p/{product.key}/")
    more = page.get_by_role("link", name="Show the next ones")
    more.scroll_into_view_if_needed()
    assert [each for width in (390, 900, 1440) for each in overflow(page, width)] == []
    assert findings(page, "light", 390) + findings(page, "dark", 1440) == []

    context = new_context(java_script_enabled=False)
    sign_in(owner(), context=context)
    plain = context.new_page()
    plain.goto(f"/p/{product.key}/")
    plain.get_by_role("link", name="Show the next ones").click()
    expect(rows(plain)).to_have_count(200)
    expect(plain.locator("#ranking")).to_contain_text("200 stand above")
    plain.get_by_role("link", name="Those before").click()
    expect(plain.locator("#ranking")).not_to_contain_text("stand above")
