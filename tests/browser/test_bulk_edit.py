"""Rows are selected by key and by box, and edited together."""

import pytest
from playwright.sync_api import expect

from prioritisation.pipeline.rescoring import rescore
from products.models import Requirement
from tests import cast
from tests.browser.test_every_page import findings, overflow

pytestmark = pytest.mark.django_db(transaction=True)


def column(name):
    return list(Requirement.objects.order_by("number").values_list(name, flat=True))


def test_bulk_edit(page, sign_in, problems):
    alice = cast.user("alice")
    rota = cast.rota(alice)
    rescore(rota.pk)
    sign_in(alice)
    page.goto("/p/ROTA/")
    bar, sheet = page.get_by_role("toolbar", name="Selected"), page.get_by_role("dialog")

    # X on the first row, then a shift-click to the last.
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(bar).to_contain_text("1 selected")
    page.get_by_label("Select ROTA-3").click(modifiers=["Shift"], force=True)
    expect(bar).to_contain_text("3 selected")
    page.get_by_label("Select ROTA-2").uncheck()
    expect(bar).to_contain_text("2 selected")
    wrong = findings(page, "light", 390) + findings(page, "dark", 1440) + overflow(page, 390)

    page.set_viewport_size({"width": 1440, "height": 900})
    bar.get_by_role("button", name="Effort").click()
    expect(sheet.get_by_role("textbox", name="Effort")).to_be_focused()
    page.keyboard.type("many")
    page.keyboard.press("Enter")
    expect(sheet).to_contain_text("Enter a number.")
    expect(sheet.get_by_role("textbox", name="Effort")).to_have_value("many")

    # Bob changes one meanwhile: none is saved, and it is named.
    bob = cast.user("bob", first_name="Bob", last_name="Berg")
    Requirement.objects.filter(number=3).update(title="Night mode", updated_by=bob)
    sheet.get_by_role("textbox", name="Effort").fill("2")
    sheet.get_by_role("button", name="Save").click()
    expect(sheet).to_contain_text("title “Dark mode” → “Night mode”, by Bob Berg")
    assert column("effort") == [8, 5, None]
    wrong += findings(page, "dark", 390) + findings(page, "light", 1440)
    sheet.get_by_role("button", name="Save").click()
    expect(sheet).to_be_hidden()
    expect(bar).to_contain_text("Effort of 2 requirements saved.")
    assert column("effort") == [2, 5, 2]

    # The rows that were saved are still selected, as they are now; Escape lets them go.
    row = page.get_by_role("row").filter(has_text="Night mode")
    expect(row).to_contain_text("2 days")
    expect(page.get_by_label("Select ROTA-3")).to_be_checked()
    bar.get_by_role("button", name="Status").click()
    sheet.get_by_role("combobox", name="Status").select_option("Planned")
    sheet.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("Planned")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    assert column("status") == ["planned", "idea", "planned"]
    # What the filter leaves out isn't selected any more, nor when it comes back.
    page.get_by_label("Select ROTA-1").check(force=True)
    page.get_by_label("Select ROTA-3").check(force=True)
    for text, rows in [("night", 1), ("", 3)]:
        page.get_by_role("searchbox").fill(text)
        expect(page.locator("#ranking tr[data-k]")).to_have_count(rows)
        expect(bar).to_contain_text("1 selected")
    assert wrong == []
    # 422 and 409, which Chromium notes on its console.
    assert len(problems) == 2
    problems.clear()


def test_several_are_edited_without_javascript(sign_in, new_context):
    alice = cast.user("alice")
    rescore(cast.rota(alice).pk)
    context = new_context(java_script_enabled=False)
    sign_in(alice, context=context)
    page = context.new_page()
    page.goto("/p/ROTA/")

    page.get_by_label("Select ROTA-1").check(force=True)
    page.get_by_label("Select ROTA-3").check(force=True)
    page.get_by_role("button", name="Tag").click()
    expect(page.get_by_role("heading", name="Tag of 2 requirements")).to_be_visible()
    page.get_by_role("textbox", name="Add").fill("ward")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("status").first).to_contain_text("Tag of 2 requirements saved.")
    assert column("tags") == [["ward"], [], ["ward"]]
