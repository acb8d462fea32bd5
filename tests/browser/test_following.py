"""Pages beside the ranking follow the scores too, and phones find them."""

import re

import pytest
from playwright.sync_api import expect

from prioritisation.models import Rating
from prioritisation.pipeline.rescoring import rescore
from tests import cast
from tests.browser.test_every_page import findings, overflow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rota(page, sign_in):
    """Alice's ROTA, scored; its hospital only guesses what single sign-on is worth."""
    alice = cast.user("alice")
    product = cast.rota(alice)
    Rating.objects.filter(requirement__number=2, value=5).update(basis="guessed")
    rescore(product.pk)
    sign_in(alice)
    return product


def test_a_rating_recorded_elsewhere_changes_ask_next(page, rota):
    page.goto("/p/ROTA/ask/?top=1")
    page.evaluate("document.body.dataset.mine = 'not reloaded'")
    further = page.locator("#further-down")
    expect(further).to_have_attribute("open", "")
    about = page.get_by_role("link", name="Record the answer of Nurse about Dark mode")
    hospital = page.get_by_role("link", name="Record the answer of Hospital about Dark mode")
    hospital.focus()
    expect(about).to_be_visible()

    Rating.objects.create(
        product=rota,
        requirement=rota.requirements.get(number=3),
        persona=rota.personas.get(name="Nurse"),
        value=1,
        basis="seen",
    )
    rescore(rota.pk)
    # As when one comes back to the tab: it asks at once, not at the next poll.
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(about).to_have_count(0)
    expect(hospital).to_be_focused()
    expect(further).to_have_attribute("open", "")
    expect(page.locator("body")).to_have_attribute("data-mine", "not reloaded")


def test_a_phone_reaches_all_pages_from_its_bar(page, rota):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/p/ROTA/")
    views = page.get_by_role("navigation", name="Views")
    more = views.get_by_text("More", exact=True)

    more.click()
    expect(views.get_by_role("link")).to_have_text(
        ["Ranking", "Map", "Rate", "Personas", "Weigh"]
        + [
            "Ask next",
            "How sure",
            "Other lenses",
            "Scenarios",
            "History",
            "Shipped",
            "Log",
            "Members",
        ]
    )
    assert findings(page, "light", 390) + findings(page, "dark", 390) + overflow(page, 390) == []
    page.keyboard.press("Escape")
    expect(more).to_be_focused()
    expect(views.get_by_role("link", name="How sure")).to_be_hidden()
    more.click()
    views.get_by_role("link", name="How sure").click()
    expect(page).to_have_url(re.compile("/p/ROTA/sure/$"))
