"""Charts read as a person would: by eye and by keyboard."""

import re

import pytest
from playwright.sync_api import expect

from personas.models import Persona
from prioritisation.pipeline.rescoring import rescore
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


@pytest.mark.usefixtures("worker")
def test_a_reading_recorded_on_one_page_moves_the_order_on_another(page, rota, problems):
    lead = Persona.objects.create(product=rota, name="Ward lead", kind="end_user", headcount=500)
    dark = rota.requirements.get(number=3)
    for requirement, value in [(dark, 5), (rota.requirements.get(number=1), 0)]:
        requirement.ratings.create(product=rota, persona=lead, value=value, basis="seen")
    rescore(rota.pk)
    watching = page.context.new_page()
    watching.goto("/p/ROTA/")
    order = watching.locator("tr[data-k] [data-open]")
    expect(order.first).to_have_text("Swap shifts in two taps")

    page.goto("/p/ROTA/personas/")
    card = page.get_by_role("article", name="Nurse")
    card.get_by_text("Record a reading").click()
    card.get_by_label("Have it").fill("500")
    card.get_by_label("Use it").fill("501")
    card.get_by_role("button", name="Save the reading").click()
    expect(card.get_by_text("501 use it, but only 500 have it.")).to_be_visible()
    expect(card.get_by_role("alert")).to_be_focused()
    assert [text for text in problems if "422" not in text] == []
    problems.clear()
    card.get_by_label("Use it").fill("500")
    card.get_by_role("button", name="Save the reading").click()

    # All nurses are won: those who aren't yet have more of the say, and what they want is first.
    expect(card.get_by_role("status")).to_contain_text("Recorded.")
    expect(card.get_by_role("status")).to_be_focused()
    expect(page.get_by_role("article", name="Ward lead").locator(".share")).to_contain_text("51")
    expect(order.first).to_have_text("Dark mode", timeout=15_000)
