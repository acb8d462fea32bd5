"""The main job: a rating changed in one browser moves the ranking in another, without a reload."""

import csv
import io
import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from prioritisation.pipeline.rescoring import rescore
from products.models import Requirement
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)

WITHIN = 5_000


@pytest.fixture
def alice():
    return cast.user("alice")


@pytest.fixture
def rota(alice):
    return cast.rota(alice)


@pytest.fixture
def open_page(page, sign_in, alice):
    """A page of Alice's browser at an address."""
    sign_in(alice)

    def opened(address):
        another = page.context.new_page()
        another.goto(address)
        return another

    return opened


def order(page):
    return page.locator("tr[data-k] [data-open]")


def rate(page, persona, value, basis):
    page.get_by_role("navigation", name="For whom").get_by_role("link", name=persona).click()
    page.get_by_role("group", name="How much would").get_by_text(value, exact=True).click()
    page.get_by_role("group", name="How do you know").get_by_text(basis, exact=True).click()
    page.get_by_role("button", name="Save the rating").click()


@pytest.mark.usefixtures("worker")
def test_a_rating_in_one_browser_moves_the_ranking_in_another(rota, open_page):
    rescore(rota.pk)
    watching, writing = open_page("/p/ROTA/"), open_page("/p/ROTA/requirements/2/")
    expect(order(watching)).to_have_text(["Swap shifts in two taps", "Single sign-on", "Dark mode"])
    watching.evaluate("document.body.dataset.mine = 'not reloaded'")

    rate(writing, "Nurse", "+5", "Seen")

    expect(writing.get_by_role("status").first).to_contain_text("Saved for Nurse")
    expect(order(watching).first).to_have_text("Single sign-on", timeout=WITHIN)
    expect(watching.locator("tr[data-k] .score").first).not_to_have_text("7.5")
    expect(watching.locator("body")).to_have_attribute("data-mine", "not reloaded")
    expect(watching.locator("#standing")).to_contain_text("Live")


@pytest.mark.usefixtures("worker")
def test_the_page_says_that_it_is_recomputing_and_then_live_again(rota, open_page):
    page = open_page("/p/ROTA/")

    # Never scored before: the worker hears of the next write.
    Requirement.objects.filter(number=3).update(title="Night mode")
    writing = open_page("/p/ROTA/requirements/3/")
    rate(writing, "Nurse", "+1", "Asked")

    expect(page.locator("#standing")).to_contain_text("3 ranked", timeout=WITHIN)
    expect(page.locator("#live-text")).to_have_text("Live", timeout=WITHIN)
    expect(order(page).last).to_have_text("Single sign-on")


def test_the_sum_on_the_requirement_page_adds_up(rota, open_page):
    rescore(rota.pk)
    page = open_page("/p/ROTA/requirements/1/")

    adds = [amount(text) for text in page.locator("[data-adds]").all_text_contents()]

    assert sum(adds) == amount(page.locator("[data-total]").text_content())
    assert adds == [Decimal("85.00"), Decimal("1.88")]


def amount(text):
    return Decimal(text.replace("−", "-").replace("+", ""))


def test_the_filter_narrows_while_one_types_and_the_csv_follows(rota, open_page):
    rescore(rota.pk)
    page = open_page("/p/ROTA/")

    page.keyboard.press("/")
    page.keyboard.type("dark")
    expect(order(page)).to_have_text(["Dark mode"])
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=dark"))

    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    text = download.value.path().read_text("utf-8-sig")
    assert [row["title"] for row in csv.DictReader(io.StringIO(text))] == ["Dark mode"]
    assert download.value.suggested_filename == "ROTA-ranking.csv"


def test_print_leaves_only_the_list(rota, open_page):
    rescore(rota.pk)
    page = open_page("/p/ROTA/")

    page.emulate_media(media="print")

    for hidden in (".side", ".bar-tools", ".seg-c", ".tabbar"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(order(page).first).to_be_visible()
    expect(page.get_by_role("heading", name="Ranking")).to_be_visible()
