"""The rating grid as a person uses it: by keyboard, with a spreadsheet, beside a colleague."""

import pytest
from playwright.sync_api import expect

from personas.models import Persona
from prioritisation.models import Rating
from prioritisation.pipeline.rescoring import rescore
from products.models import Requirement
from products.services import add_requirements
from tests import cast
from tests.benchmarks.data import owner, product_of
from tests.browser import axe
from tests.browser.fixtures import page_of
from tests.processes import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice(page, sign_in):
    alice = cast.user("alice")
    sign_in(alice)
    return alice


@pytest.fixture
def rota(alice):
    """Rota with two more personas and two more requirements: five rows of four cells."""
    rota = cast.rota(alice)
    Persona.objects.create(product=rota, name="Ward lead", kind="end_user", headcount=50)
    Persona.objects.create(product=rota, name="Agency", kind="advertiser")
    titles = ["Works offline", "Fair weekends"]
    add_requirements(product=rota, by=alice, requirements=[Requirement(title=t) for t in titles])
    rescore(rota.pk)
    return rota


def cell(page, title, persona):
    return page.get_by_role("gridcell", name=f"{title}, {persona}:")


def press(page, keys):
    for key in keys.split():
        page.keyboard.press(key)


def saved(page):
    expect(page.locator("[data-state]")).to_have_text("All saved")


def given(rater, **where):
    rows = Rating.objects.filter(rater=rater, **where).order_by("requirement", "persona")
    return {(r.requirement.title, r.persona.name): (r.value, r.basis) for r in rows}


def as_drawn(page):
    """What each cell shows and says, and its classes."""
    said = "all => all.map(td => [td.dataset.at, td.className, td.innerHTML, td.ariaLabel])"
    return sorted(page.eval_on_selector_all("td[data-at]", said))


def ring(page):
    """As live_updates.js does when the server tells it of news."""
    page.evaluate("document.body.dispatchEvent(new CustomEvent('userward:rescored'))")


def paste(page, text):
    """Paste as from a spreadsheet, where the cell is."""
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+V")


def test_twenty_cells_are_rated_by_keyboard(page, alice, rota, worker):
    page.goto("/p/ROTA/rate/")
    sent = []
    page.on("request", lambda one: one.method == "POST" and sent.append(one.url))
    columns = ["Nurse", "Ward lead", "Hospital", "Agency"]  # the bars' order
    assert page.locator("thead th b").all_text_contents() == columns
    cell(page, "Swap shifts in two taps", "Nurse").click()

    # Five rows by Tab and Enter, which goes back to where the row began; the last by arrows.
    press(page, "5 Tab - 3 Tab 0 Tab 1 Enter")
    press(page, "a 4 Tab 2 Tab - 1 Tab 3 Enter")
    press(page, "s 1 Tab 1 Tab - 5 Tab 2 Enter")
    press(page, "g 0 Tab 4 Tab 4 Tab 4 Enter")
    press(page, "2 ArrowRight 2 ArrowRight 2 End 3")
    saved(page)

    rows = page.locator("tbody th").all_text_contents()
    values = [[5, -3, 0, 1], [4, 2, -1, 3], [1, 1, -5, 2], [0, 4, 4, 4], [2, 2, 2, 3]]
    basis = ["guessed", "asked", "seen", "guessed", "guessed"]
    assert given(alice) == {
        (title, persona): (value, known)
        for title, line, known in zip(rows, values, basis, strict=True)
        for persona, value in zip(columns, line, strict=True)
    }
    assert len(sent) < 20  # what is typed quickly goes together
    name = f"{rows[1]}, Hospital: −1, asked"
    assert page.get_by_role("gridcell", name=name).text_content() == "−1a"
    # Scores and counts follow; what the script drew is what the server draws.
    expect(page.locator("[data-missing]").first).to_have_text("0")
    score = page.locator("tr", has_text="Dark mode").locator("[data-score]")
    expect(score).not_to_have_text("–")
    expect(page.locator("td[data-s]")).to_have_count(0)
    found = as_drawn(page)
    page.reload()
    assert as_drawn(page) == found
    whole, rows = given(alice), page.locator("tbody th").all_text_contents()

    # Moving: the ends, the row's link at the left, and Tab leaves at a row's end.
    cell(page, rows[2], "Hospital").click()
    press(page, "Control+Home Delete")
    expect(cell(page, rows[0], "Nurse")).to_have_text("missing")
    press(page, "Control+End PageUp ArrowUp")
    expect(cell(page, rows[0], "Agency")).to_be_focused()
    press(page, "Home ArrowLeft")
    expect(page.get_by_role("link", name=rows[0], exact=True)).to_be_focused()
    press(page, "ArrowRight End Tab")
    assert page.evaluate("!document.activeElement.closest('table')")
    saved(page)
    # A block takes a letter, a value and a withdrawal at once; a digit beyond the scale nothing.
    cell(page, rows[1], "Nurse").click()
    press(page, "Shift+ArrowDown Shift+ArrowRight s 9")
    expect(page.locator("[aria-selected=true]")).to_have_count(4)
    expect(page.locator("[data-said]")).to_have_text("Ratings go from −5 to 5.")
    press(page, "Delete")
    saved(page)
    assert len(given(alice)) == 15
    # Undo by steps: the withdrawals, the letter, and the first withdrawal.
    for left in (19, 19, 20):
        press(page, "Control+z")
        saved(page)
        assert len(given(alice)) == left
    assert given(alice) == whole
    press(page, "Control+Shift+Z")
    saved(page)
    assert len(given(alice)) == 19
    # The filter: by words, and by what is missing.
    press(page, "/")
    page.keyboard.type("weekend")
    expect(page.locator("tbody tr:visible")).to_have_count(1)
    page.get_by_label("Filter the requirements").fill("zebra")
    page.get_by_role("button", name="Clear the filter").click()
    page.get_by_role("button", name="Missing only").click()
    assert page.locator("tbody tr:visible th").all_text_contents() == [rows[0]]


def test_a_block_is_pasted_from_a_spreadsheet_and_undone_in_one_step(
    new_context, sign_in, alice, rota
):
    context = new_context(permissions=["clipboard-read", "clipboard-write"])
    sign_in(alice, context=context)
    page = context.new_page()
    page.goto("/p/ROTA/rate/")
    rows = page.locator("tbody th").all_text_contents()
    start = cell(page, rows[0], "Nurse")
    start.click()
    before = given(alice)
    said = page.locator("[data-said]")

    # A cell that is none, a block that doesn't fit: said by name, and nothing changes.
    paste(page, "1\t2\n3\tseven\n")
    expect(said).to_contain_text(f"“seven” for {rows[1]}, Ward lead")
    paste(page, "1\t2\t3\t4\t5")
    expect(said).to_contain_text("1 × 5 cells")
    press(page, "Control+z")
    assert given(alice) == before
    expect(page.locator("[data-state]")).to_have_text("")

    # As Excel gives it: CRLF, a last line end, a blank, a minus of both kinds, letters.
    paste(page, "+3\t-1 s\t\r\n−4a\t0\t5,0\r\n")
    expect(said).to_contain_text("Pasted 5 cells. 1 blank cell stays as it is.")
    expect(page.locator("[aria-selected=true]")).to_have_count(6)
    saved(page)
    first, second = rows[:2]
    pasted = before | {
        (first, "Nurse"): (3, "guessed"),
        (first, "Ward lead"): (-1, "seen"),
        (second, "Nurse"): (-4, "asked"),
        (second, "Ward lead"): (0, "guessed"),
        (second, "Hospital"): (5, "guessed"),
    }
    assert given(alice) == pasted
    # Copied and pasted elsewhere: values alone, with the basis that sticks; then all undone.
    press(page, "Control+C")
    cell(page, rows[2], "Ward lead").click()
    press(page, "s Control+V")
    saved(page)
    assert given(alice)[rows[3], "Ward lead"] == (-4, "seen")
    press(page, "Control+z")
    saved(page)
    assert given(alice) == pasted
    press(page, "Control+z")
    saved(page)
    assert given(alice) == before
    press(page, "Control+y")
    saved(page)
    assert given(alice) == pasted
    # What another window changed isn't taken back unseen.
    Rating.objects.filter(rater=alice, value=-4).update(value=2)
    ring(page)
    expect(cell(page, second, "Nurse")).to_have_text("+2a")
    press(page, "Control+z")
    expect(said).to_contain_text(f"Not undone: {second}, Nurse is +2 by now")
    expect(start).to_have_text("+3g")
    assert given(alice) == pasted | {(second, "Nurse"): (2, "asked")}


def test_two_people_see_each_others_ratings_arrive_in_one_grid(page, alice, rota, browser, site):
    bob = cast.user("bob")
    cast.join(rota, bob, "contributor")
    with page_of(browser, bob, site) as beside:
        meet(page, beside, bob)


def meet(page, beside, bob):
    beside.goto("/p/ROTA/rate/")
    page.goto("/p/ROTA/rate/")
    mine, theirs = cell(page, "Dark mode", "Nurse"), cell(beside, "Dark mode", "Nurse")
    mine.click()
    press(page, "-")  # begun, not finished
    theirs.click()
    press(beside, "4")

    expect(mine).to_have_attribute("aria-label", "Dark mode, Nurse: missing; others 4")
    expect(mine).to_have_text("−others +4")
    press(page, "2")
    saved(page)
    ring(beside)
    expect(theirs).to_have_attribute("aria-label", "Dark mode, Nurse: 4, guessed; others −2")
    expect(theirs).to_have_class("end_user v4 split")
    expect(mine).to_have_class("end_user v-2 split")
    # Told at once where the live stream runs.
    press(beside, "5")
    saved(beside)
    ring(page)
    expect(mine).to_contain_text("others +5", timeout=1500)
    # Bob's other window: what he rated there is a conflict for the one that hasn't seen it.
    window = beside.context.new_page()
    window.goto("/p/ROTA/rate/")
    beside.route("**/rate/changes/**", lambda route: route.abort())
    cell(window, "Works offline", "Nurse").click()
    press(window, "1")
    saved(window)
    cell(beside, "Works offline", "Nurse").click()
    press(beside, "2")
    expect(beside.locator("[data-said]")).to_contain_text("Meanwhile you said +1, guessed")
    assert given(bob)["Works offline", "Nurse"] == (1, "guessed")
    press(beside, "2")
    saved(beside)
    assert given(bob)["Works offline", "Nurse"] == (2, "guessed")


def test_a_save_that_failed_is_tried_again_and_nothing_typed_is_lost(page, alice, rota, problems):
    page.goto("/p/ROTA/rate/")
    page.route("**/rate/cells/", lambda route: route.abort())
    dark = cell(page, "Dark mode", "Nurse")
    dark.click()
    press(page, "4 Tab 2")

    expect(dark).to_have_attribute("data-s", "failed")
    expect(page.locator("[data-state]")).to_have_text("2 not saved")
    expect(dark).to_have_text("+4g")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert axe.violations(page) == []
    page.unroute_all()
    saved(page)  # by itself
    assert given(alice, requirement__title="Dark mode") == {
        ("Dark mode", "Nurse"): (4, "guessed"),
        ("Dark mode", "Ward lead"): (2, "guessed"),
    }
    expect(page.locator("[data-toast]")).to_be_hidden()
    # What was typed just before leaving is sent all the same.
    press(page, "3")
    page.goto("/p/ROTA/")
    eventually(lambda: given(alice)["Dark mode", "Ward lead"] == (3, "guessed"))
    problems.clear()


def test_after_an_import_of_hundreds_the_grid_is_drawn_anew_once_nothing_is_typed(page, sign_in):
    product = product_of(501, kinds=["end_user"], name="Long", vacuum=False)
    sign_in(owner())
    page.goto(f"/p/{product.key}/rate/")
    page.evaluate("document.body.dataset.drawn = 'before'")
    typing = page.locator("td[data-at]").first
    typing.click()
    press(page, "-")
    expect(typing).to_have_attribute("data-typed", "−")

    Rating.objects.update(value=2, note="From the import")
    rescore(product.pk)
    with page.expect_response("**/rate/changes/**") as answer:
        ring(page)
    assert answer.value.json() == {"too_many": True}
    expect(typing).to_have_attribute("data-typed", "−")
    expect(page.locator("body")).to_have_attribute("data-drawn", "before")
    press(page, "Escape")

    expect(page.locator("body")).not_to_have_attribute("data-drawn", "before")
    expect(page.locator("td[data-at]").nth(1)).to_contain_text("+2")
