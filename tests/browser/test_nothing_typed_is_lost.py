"""Polls, and a server or a storage that can't be had, take away nothing that somebody typed."""

import re

import pytest
from playwright.sync_api import expect

from prioritisation.pipeline.rescoring import rescore
from products.models import Requirement
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rota(page, sign_in):
    alice = cast.user("alice")
    product = cast.rota(alice)
    rescore(product.pk)
    sign_in(alice)
    return product


def test_a_poll_leaves_the_estimate_that_is_being_typed(page, rota):
    page.goto("/p/ROTA/?order=value_for_effort")
    estimate = page.get_by_role("textbox", name="Effort of Dark mode")
    estimate.fill("3")
    Requirement.objects.filter(number=2).update(title="Single sign-off")
    rescore(rota.pk)
    ring = "document.body.dispatchEvent(new CustomEvent('userward:rescored', {detail: {}}))"

    with page.expect_response(re.compile("/ranking/")):
        page.evaluate(ring)

    expect(estimate).to_have_value("3")
    expect(estimate).to_be_focused()
    # The control: the next poll, with nothing being typed, brings the news.
    page.get_by_role("searchbox").focus()
    page.evaluate(ring)
    expect(page.get_by_role("link", name="Single sign-off")).to_be_visible()


def test_a_decision_that_can_not_be_saved_stands_and_is_said_so(page, rota, problems):
    page.goto("/p/ROTA/")
    page.get_by_role("link", name="Dark mode", exact=True).click()
    decision = page.get_by_role("textbox", name="Decision")
    decision.fill("Not this year")
    page.route("**/decide/", lambda route: route.abort())

    for _ in range(2):
        page.get_by_role("button", name="Save the decision").click()
        expect(page.get_by_role("alert")).to_contain_text("Nothing was saved")
    page.unroute_all(behavior="ignoreErrors")
    page.route("**/decide/", lambda route: route.fulfill(status=503, body="away"))
    page.get_by_role("button", name="Save the decision").click()

    expect(page.get_by_role("alert")).to_have_count(1)
    expect(decision).to_have_value("Not this year")
    page.unroute_all(behavior="ignoreErrors")
    page.get_by_role("button", name="Save the decision").click()
    expect(page.locator("#drawer")).to_contain_text("Saved.")
    expect(page.get_by_role("alert")).to_have_count(0)
    assert Requirement.objects.get(number=3).decision == "Not this year"
    problems.clear()  # Chromium's own words


def test_a_note_of_one_personas_rating_does_not_go_to_another(page, rota):
    page.goto("/p/ROTA/")
    page.get_by_role("link", name="Dark mode", exact=True).click()
    drawer = page.locator("#drawer")
    drawer.get_by_role("link", name="Record the first answer").click()
    note = drawer.get_by_role("textbox", name="Note")
    note.fill("Said on ward 3")

    whom = drawer.get_by_role("navigation", name="For whom")
    whom.get_by_role("link", name="Hospital").click()
    expect(drawer.get_by_role("group", name="How much would Hospital")).to_be_visible()
    expect(note).to_have_value("")
    whom.get_by_role("link", name="Nurse").click()

    expect(note).to_have_value("Said on ward 3")


def test_a_requirement_that_the_drawer_can_not_fetch_opens_as_a_page(page, rota, problems):
    page.goto("/p/ROTA/")
    page.route(
        "**/requirements/3/",
        lambda route: route.abort() if "hx-request" in route.request.headers else route.continue_(),
    )

    page.get_by_role("link", name="Dark mode", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Dark mode")
    problems.clear()


def test_without_a_storage_of_its_own_a_page_works(page, rota):
    """As in a private window, or where cookies of a site are blocked."""
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('denied'); } })"
    )
    page.goto("/p/ROTA/")

    page.keyboard.press("t")
    page.keyboard.press("j")

    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    expect(page.locator("tr.cursor")).to_contain_text("Swap shifts")
