"""A new user gets five items of their own ranked, and meets nothing that can wait."""

import time

import pytest
from playwright.sync_api import expect

from accounts.models import User
from prioritisation.models import Rating
from products.models import Product
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)

TITLES = [
    "Swap shifts in two taps",
    "Works offline",
    "Single sign-on",
    "Dark mode",
    "Agency profile pages",
]
LATER = ["headcount", "installed", "active", "worked_around", "effort", "capacity"]
LATER += ["end_user_say", "people_exponent", "gap_emphasis", "responsiveness", "importance"]


def required(page):
    """The names of the page's inputs without which its main form can't go on."""
    return page.eval_on_selector_all("main [required]", "all => all.map(one => one.name)")


def fields(page):
    return page.eval_on_selector_all("main [name]", "all => all.map(one => one.name)")


def test_five_items_are_ranked_in_under_three_minutes_with_four_required_inputs(page, worker):
    cast.user("nora")
    began = time.monotonic()

    page.goto("/")
    page.get_by_label("Name or e-mail").fill("nora@example.org")
    page.get_by_label("Password").fill(cast.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="New product").first.click()

    met = required(page)
    assert met == ["name", "users", "titles"]
    assert not set(fields(page)) & set(LATER)
    page.get_by_label("Product", exact=True).fill("Rota")
    page.get_by_label("Who uses it?").fill("Nurse")
    page.get_by_label("What might you build?").fill("\n".join(TITLES))
    page.get_by_role("button", name="Next: rate").click()

    page.wait_for_url("**/p/ROTA/start/")
    assert required(page) == []
    assert not set(fields(page)) & set(LATER)
    page.get_by_role("gridcell", name="Swap shifts in two taps, Nurse").click()
    page.keyboard.press("5")
    met.append("a rating")
    mini = page.locator("#mini")
    mini.get_by_text("Swap shifts in two taps").wait_for()
    assert len(met) == 4

    for key in ("3", "1", "0", "2"):
        page.keyboard.press("ArrowDown")
        page.keyboard.press(key)
    expect(mini.locator(".mini li")).to_have_count(5, timeout=10_000)
    page.get_by_role("link", name="Go to the ranking").click()
    page.wait_for_url("**/p/ROTA/")

    assert time.monotonic() - began < 180
    rows = [page.get_by_role("row").filter(has_text=title).first for title in TITLES]
    places = [row.bounding_box()["y"] for row in rows]
    # 5, 3, 1, 0, 2: the last comes third.
    assert sorted(range(5), key=places.__getitem__) == [0, 1, 4, 2, 3]


def test_on_a_phone_one_persona_at_a_time_is_rated_by_tapping(page, sign_in, worker):
    alice = cast.user("alice")
    cast.rota(alice)
    sign_in(alice)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/p/ROTA/rate/")

    row = page.locator(".one li").first
    assert "Dark mode" in row.text_content()
    row.get_by_text("+4", exact=True).click()
    page.locator(".one li[data-s=saved]").wait_for()
    expect(page.locator(".rate-as .note")).to_have_text("missing first · 3 of 3 done")

    assert Rating.objects.get(requirement__title="Dark mode").value == 4


def test_without_javascript_one_persona_at_a_time_is_a_plain_form(new_context):
    alice = cast.user("alice")
    cast.rota(alice)
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/p/ROTA/rate/")
    page.get_by_label("Name or e-mail").fill("alice")
    page.get_by_label("Password").fill(cast.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()

    page.get_by_role("link", name="rate one persona at a time").click()
    page.get_by_label("Rate as").select_option("Hospital")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("group", name="Dark mode, Hospital").get_by_label("+4").check(force=True)
    page.get_by_label("Asked").check(force=True)
    page.get_by_role("button", name="Save the ratings").click()

    page.get_by_text("1 rating is saved.").wait_for()
    rating = Rating.objects.get(requirement__title="Dark mode")
    assert (rating.persona.name, rating.value, rating.basis) == ("Hospital", 4, "asked")


def test_the_sentences_move_with_the_slider(page, sign_in):
    alice = cast.user("alice")
    cast.rota(alice)
    sign_in(alice)
    page.goto("/p/ROTA/weighed/")

    page.get_by_role("slider").fill("78")

    page.get_by_text("no longer outweighs").wait_for()
    assert page.get_by_label("End users’ say").first.input_value() == "78"
    assert User.objects.count() == Product.objects.count() == 1
