"""A requirement over the ranking: why it is first, what is typed in it, who else wrote."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from prioritisation.models import Rating
from prioritisation.pipeline.rescoring import rescore
from products.models import Comment, Requirement
from tests import cast
from tests.browser.test_every_page import findings, overflow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rota(page, sign_in):
    alice = cast.user("alice")
    product = cast.rota(alice)
    rescore(product.pk)
    sign_in(alice)
    return product


def drawer(page):
    return page.get_by_role("dialog", name=re.compile("Swap|Single|Dark"))


def focused(page):
    return page.locator("*:focus")


def amount(text):
    return Decimal(text.replace("−", "-").replace("+", ""))


def test_why_is_this_first(page, rota):
    page.goto("/p/ROTA/?show=&q=")
    page.keyboard.press("j")
    page.keyboard.press("Enter")

    expect(drawer(page)).to_contain_text("It is 1st because Nurse could not do without it")
    expect(page).to_have_url(re.compile("/p/ROTA/requirements/1/$"))
    expect(page).to_have_title("Swap shifts in two taps · Rota")
    expect(focused(page)).to_have_accessible_name("Close")
    expect(page.locator("tr.on")).to_contain_text("Swap shifts")
    expect(page.locator("tr.on .range, tr.on .bar").first).to_be_visible()
    adds = [amount(text) for text in page.locator("[data-adds]").all_text_contents()]
    assert sum(adds) == amount(page.locator("[data-total]").text_content())
    assert adds == [Decimal("85.00"), Decimal("1.88")]

    # The keys go on to the next; back closes, and the row has the focus again.
    page.keyboard.press("j")
    expect(drawer(page)).to_contain_text("lost because people won’t use it")
    expect(page).to_have_url(re.compile("/requirements/2/$"))
    page.go_back()
    expect(drawer(page)).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/p/ROTA/\?show=&q=$"))
    expect(page).to_have_title("Ranking · Rota")
    expect(focused(page)).to_contain_text("Single sign-on")
    page.go_forward()
    expect(drawer(page)).to_contain_text("Single sign-on")
    page.keyboard.press("Escape")
    expect(drawer(page)).to_be_hidden()
    expect(focused(page)).to_contain_text("Single sign-on")

    # The address alone is a page of its own.
    page.goto("/p/ROTA/requirements/1/")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("Swap shifts in two taps")


def test_who_counts_takes_the_place_of_the_drawer_and_gives_the_focus_back(page, rota):
    page.goto("/p/ROTA/")
    page.get_by_role("link", name="Single sign-on").click()
    expect(drawer(page)).to_contain_text("lost because people won’t use it")

    page.keyboard.press("w")

    say = page.get_by_role("slider", name="End users’ say")
    expect(say).to_be_focused()
    expect(drawer(page)).to_be_hidden()
    expect(page).to_have_url(re.compile("/p/ROTA/$"))
    page.keyboard.press("Escape")
    expect(page.locator("#who")).to_have_count(0)
    expect(focused(page)).to_contain_text("Single sign-on")

    # Opened from its door, it gives the focus back to that; under a drawer it is only seen again.
    page.locator("#who-door").click()
    expect(say).to_be_focused()
    page.get_by_role("link", name="Swap shifts").click()
    expect(drawer(page)).to_contain_text("It is 1st because")
    page.keyboard.press("w")
    expect(drawer(page)).to_be_hidden()
    expect(say).to_be_focused()
    page.keyboard.press("w")
    expect(page.locator("#who")).to_have_count(0)
    expect(page.locator("#who-door")).to_be_focused()


def test_what_is_typed_in_the_drawer_stays_and_its_sum_follows(page, rota, problems):
    page.goto("/p/ROTA/")
    page.get_by_role("link", name="Dark mode", exact=True).click()
    drawer(page).get_by_role("link", name="Record the first answer").click()
    drawer(page).get_by_role("group", name="How much would Nurse").get_by_text("+4").click()
    page.get_by_role("textbox", name="Decision").fill("Half a thought")
    drawer(page).get_by_role("button", name="Save the rating").click()

    expect(drawer(page)).to_contain_text("Saved for Nurse")
    rescore(rota.pk)
    # Guessed: 4/5 · 0.5 · 85.
    expect(drawer(page).locator("[data-total]")).to_have_text("34.00", timeout=10_000)
    expect(page.get_by_role("textbox", name="Decision")).to_have_value("Half a thought")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Dark mode", exact=True).click()
    expect(page.get_by_role("textbox", name="Decision")).to_have_value("Half a thought")

    # Somebody decides meanwhile: both are shown, and nothing typed is lost.
    bob = cast.user("bob", first_name="Bob", last_name="Berg")
    Requirement.objects.filter(number=3).update(decision="Not now", updated_by=bob)
    page.get_by_role("button", name="Save the decision").click()
    conflict = page.get_by_role("region", name="Bob Berg saved while you were typing")
    expect(conflict).to_be_focused()
    expect(conflict).to_contain_text("Not now")
    expect(page.get_by_role("textbox", name="Decision")).to_have_value("Half a thought")
    page.get_by_role("button", name="Save the decision").click()
    expect(drawer(page)).to_contain_text("Saved.")
    assert Requirement.objects.get(number=3).decision == "Half a thought"

    page.get_by_role("textbox", name="Comment").fill("Seen on ward 3")
    page.get_by_role("button", name="Comment").click()
    expect(drawer(page).get_by_text("Seen on ward 3")).to_be_visible()
    page.get_by_role("link", name="Edit your comment").click()
    said = page.get_by_role("listitem").filter(has=page.get_by_text("Save the comment"))
    said.get_by_role("textbox").fill("Seen on ward 4")
    said.get_by_role("button", name="Save the comment").click()
    expect(drawer(page)).to_contain_text("edited")
    page.get_by_label("Delete the comment of alice").click()
    page.get_by_role("button", name="Delete it for good").click()
    expect(drawer(page)).to_contain_text("Nobody has said anything yet.")
    assert not Comment.objects.exists()
    # The conflict, which Chromium notes on its console.
    assert len(problems) == 1
    problems.clear()


def test_the_drawer_can_be_read_by_everybody_and_used_on_a_phone(page, rota):
    page.goto("/p/ROTA/")
    page.get_by_role("link", name="Single sign-on").click()
    drawer(page).get_by_role("link", name="Record an answer").or_(
        drawer(page).get_by_role("link", name="Change your rating for Nurse")
    ).first.click()
    expect(page.get_by_role("button", name="Save the rating")).to_be_visible()
    assert findings(page, "light", 1440) + findings(page, "dark", 1440) == []

    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/p/ROTA/")
    page.get_by_role("link", name="Swap shifts").click()
    expect(drawer(page)).to_contain_text("Where 86.9 comes from")
    assert drawer(page).bounding_box()["width"] == 390
    assert findings(page, "light", 390) + findings(page, "dark", 390) + overflow(page, 390) == []
    page.get_by_label("Change your rating for Nurse").click()
    page.get_by_role("group", name="How much would Nurse").get_by_text("+3").click()
    page.get_by_role("button", name="Save the rating").click()
    expect(drawer(page)).to_contain_text("Saved for Nurse")
    assert Rating.objects.get(requirement__number=1, persona__name="Nurse").value == 3
    page.get_by_role("link", name="Close").click()
    expect(drawer(page)).to_be_hidden()
    expect(focused(page)).to_contain_text("Swap shifts")
