"""The filter, chips and polls each ask for the ranking: what was asked last is what is shown."""

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
    page.goto("/p/ROTA/")
    return product


@pytest.fixture
def held(page):
    """`held(part of an address)`: the first such request waits; calling the result lets it go."""

    def hold(part):
        waiting = []

        def handle(route):
            if waiting:
                return route.continue_()
            waiting.append(route)

        address = re.compile(re.escape(part))
        page.route(address, handle)

        def let_go():
            with page.expect_response(address):
                waiting[0].continue_()

        return let_go

    yield hold
    page.unroute_all(behavior="ignoreErrors")


def order(page):
    return page.locator("#ranking tr[data-k] [data-open]")


def type_into_the_filter(page, text):
    with page.expect_request(re.compile(f"q={text}")):
        page.get_by_role("searchbox").fill(text)


def news(page, product):
    """A poll finds the product rescored."""
    Requirement.objects.filter(product=product, number=3).update(title="Dark night")
    rescore(product.pk)
    page.evaluate("document.body.dispatchEvent(new CustomEvent('userward:rescored', {detail: {}}))")


def test_a_poll_that_overtakes_the_filter_keeps_to_it(page, rota, held):
    filters = held("q=dark")
    type_into_the_filter(page, "dark")

    news(page, rota)
    expect(order(page)).to_have_text(["Dark night"])
    expect(page).to_have_url(re.compile("q=dark"))
    filters()

    expect(order(page)).to_have_text(["Dark night"])
    expect(page.get_by_role("searchbox")).to_have_value("dark")


def test_the_filter_that_a_poll_overtakes_is_answered_all_the_same(page, rota, held):
    polls = held("have=")
    news(page, rota)
    type_into_the_filter(page, "swap")
    expect(order(page)).to_have_text(["Swap shifts in two taps"])
    polls()

    expect(order(page)).to_have_text(["Swap shifts in two taps"])
    page.get_by_role("searchbox").fill("")
    expect(order(page)).to_have_count(3)


def test_a_chip_is_not_undone_by_the_filter_before_it(page, rota, held):
    page.keyboard.press("w")
    expect(page.get_by_role("slider", name="End users’ say")).to_be_focused()
    filters = held("q=s")
    type_into_the_filter(page, "s")

    page.get_by_role("link", name="Shelfware").click()
    expect(order(page)).to_have_text(["Single sign-on"])
    filters()
    expect(order(page)).to_have_text(["Single sign-on"])

    # Nor by what is typed afterwards.
    page.get_by_role("searchbox").fill("si")
    expect(page).to_have_url(re.compile("q=si"))
    expect(order(page)).to_have_text(["Single sign-on"])
    expect(page.get_by_role("link", name="Shelfware")).to_have_attribute("aria-current", "true")


def test_a_chip_is_answered_after_the_filter_before_it(page, rota, held):
    page.keyboard.press("w")
    expect(page.get_by_role("slider", name="End users’ say")).to_be_focused()
    filters, chips = held("q=s"), held("show=shelfware")
    type_into_the_filter(page, "s")
    page.get_by_role("link", name="Shelfware").click()

    filters()
    chips()

    expect(order(page)).to_have_text(["Single sign-on"])
    expect(page.get_by_role("link", name="Shelfware")).to_have_attribute("aria-current", "true")


def test_what_is_unfolded_stays_so_while_one_types(page, rota):
    Requirement.objects.filter(number=3).update(status="shipped")
    page.goto("/p/ROTA/")
    page.get_by_role("link", name="Shipped and declined").click()
    expect(order(page)).to_have_count(3)

    page.get_by_role("searchbox").fill("dark")

    expect(order(page)).to_have_text(["Dark mode"])
    expect(page).to_have_url(re.compile("q=dark&closed=1"))
