"""What if somebody counted more: moved, looked at, thrown away or saved for everybody."""

import re

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from personas.models import Persona
from prioritisation.models import Rating, ScoringPolicy
from prioritisation.pipeline.rescoring import rescore
from products.models import Requirement
from tests import cast
from tests.browser.test_every_page import findings, overflow

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = ["Swap shifts in two taps", "Sponsored shifts", "Single sign-on", "Dark mode"]
AFTER = ["Swap shifts in two taps", "Single sign-on", "Sponsored shifts", "Dark mode"]


@pytest.fixture
def rota(page, sign_in):
    """Hospital and Agency share the payers' say, half each. Of 15 points that they have, half
    counts, since half of the nurses use it: Sponsored shifts 3.75, Single sign-on (4 of 5) 3.0."""
    alice = cast.user("alice")
    product = cast.rota(alice)
    agency = Persona.objects.create(product=product, name="Agency", kind="advertiser")
    Persona.objects.create(product=product, name="Lead", kind="end_user", headcount=500)
    sponsored = Requirement.objects.create(product=product, title="Sponsored shifts")
    Rating.objects.filter(requirement__number=2, persona__name="Hospital").update(value=4)
    for persona, value in [(agency, 5), (product.personas.get(name="Nurse"), 0)]:
        Rating.objects.create(product=product, requirement=sponsored, persona=persona, value=value,
                              basis="seen", rater=alice)  # fmt: skip
    rescore(product.pk)
    sign_in(alice)
    return product


def order(page):
    return page.locator("#ranking tr[data-k] [data-open]")


def press(page, slider, key, times=1):
    page.get_by_role("slider", name=slider, exact=True).focus()
    for _ in range(times):
        page.keyboard.press(key)


def test_what_if_the_hospital_counted_more(page, rota):
    page.goto("/p/ROTA/")
    expect(order(page)).to_have_text(BEFORE)
    page.keyboard.press("w")
    panel, moved = page.get_by_role("complementary", name="Who counts"), page.locator("#moved")
    expect(page.get_by_role("slider", name="End users’ say")).to_be_focused()
    expect(panel.get_by_role("button", name="Save")).to_be_hidden()
    assert findings(page, "dark", 390) + findings(page, "light", 1440) == []

    press(page, "Hospital", "PageUp", 3)

    # 80 %: Single sign-on 15 · 0.8 · 0.8 · 0.5 = 4.8, Sponsored shifts 15 · 0.2 · 0.5 = 1.5.
    expect(order(page)).to_have_text(AFTER)
    expect(page.get_by_role("slider", name="Agency")).to_have_js_property("value", "20")
    expect(moved).to_contain_text("2 would move")
    expect(moved).to_contain_text(re.compile(r"Single sign-on\s*3 → 2"))
    expect(page.locator("tr[data-k]", has_text="Single sign-on")).to_contain_text("4.8+1.8")
    expect(page.locator("#standing")).to_contain_text("Preview, not saved")
    assert findings(page, "dark", 1440) + findings(page, "light", 390) == []
    assert [each for width in (390, 900, 1440) for each in overflow(page, width)] == []

    # News and the filter are drawn under the weights that stand in the panel.
    Requirement.objects.filter(title="Dark mode").update(title="Night mode")
    page.evaluate("document.body.dispatchEvent(new CustomEvent('userward:rescored', {detail: {}}))")
    expect(order(page)).to_have_text([*AFTER[:3], "Night mode"])
    page.get_by_role("searchbox").fill("s")
    page.get_by_role("link", name="Shelfware").click()
    expect(order(page)).to_have_text(AFTER[1:3])
    expect(page.locator("#standing")).to_contain_text("Preview, not saved")
    page.get_by_role("link", name="All", exact=True).click()
    page.get_by_role("searchbox").fill("")

    panel.get_by_role("button", name="Discard").click()
    expect(order(page)).to_have_text([*BEFORE[:3], "Night mode"])
    expect(page.get_by_role("slider", name="Hospital")).to_have_js_property("value", "50")
    expect(page.locator("#standing")).not_to_contain_text("Preview")
    expect(moved).to_be_empty()

    press(page, "End users’ say", "Home")
    expect(page.locator("#who-rule")).to_contain_text("It takes 5 points more")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(page.get_by_role("link", name="Who counts")).to_be_focused()
    expect(page.locator("#standing")).not_to_contain_text("Preview")
    assert ScoringPolicy.objects.get().version == 1
    assert set(rota.personas.values_list("importance", flat=True)) == {1}


@pytest.mark.usefixtures("worker")
def test_saved_weights_move_every_open_page(page, rota, new_context, site, problems):
    watching = somebody_else(rota, new_context(), site)
    watching.goto("/p/ROTA/")
    expect(order(watching)).to_have_text(BEFORE)
    page.goto("/p/ROTA/")
    page.keyboard.press("w")
    press(page, "Hospital", "PageUp", 3)
    press(page, "End users’ say", "Home")
    expect(page.locator("#reason-need")).to_contain_text("needed")

    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("needs a reason")
    problems.clear()  # the browser's own word on the 422
    page.get_by_label("Reason").fill("Renewals are near")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_focused()
    expect(page.locator("#live-text")).to_have_text("Live", timeout=15_000)
    expect(order(page)).to_have_text(AFTER)
    expect(order(watching)).to_have_text(AFTER, timeout=15_000)
    expect(watching.locator(".who")).to_contain_text("Hospital 40")
    assert ScoringPolicy.objects.get().reason == "Renewals are near"


def somebody_else(product, context, site):
    vera = cast.user("vera")
    cast.join(product, vera, "viewer")
    client = Client()
    client.force_login(vera)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
    return context.new_page()


def test_the_page_of_the_weights_follows_its_sliders(page, rota):
    Persona.objects.filter(name="Lead").update(headcount=125)
    page.goto("/p/ROTA/weighed/")
    expect(page.get_by_role("slider", name="Nurse")).to_have_attribute(
        "aria-valuetext", "80\u00a0%"
    )

    page.get_by_role("radio", name="Equally").check()
    expect(page.get_by_role("slider", name="Nurse")).to_have_attribute(
        "aria-valuetext", "50\u00a0%"
    )
    press(page, "Hospital", "PageUp", 3)
    expect(page.locator("#would-be")).to_contain_text("The order would be")
    expect(page.locator("#would-be li").nth(1)).to_contain_text("Single sign-on")
    press(page, "End users’ say", "ArrowLeft", 2)
    expect(page.locator("#words")).to_contain_text("no longer outweighs")
    assert findings(page, "light", 1440) == []
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("status").first).to_contain_text("Saved.")
    policy = ScoringPolicy.objects.get()
    assert (policy.end_user_say, policy.people_exponent) == (0.83, 0)
    importance = dict(rota.personas.values_list("name", "importance"))
    assert importance == {"Nurse": 1, "Lead": 1, "Hospital": 1, "Agency": pytest.approx(0.25)}


def test_what_is_seen_is_kept_as_a_scenario_compared_and_applied(page, rota):
    page.goto("/p/ROTA/")
    page.keyboard.press("w")
    press(page, "Hospital", "PageUp", 3)
    expect(order(page)).to_have_text(AFTER)
    page.get_by_role("button", name="Keep as a scenario").click()

    expect(page.get_by_role("slider", name="Hospital")).to_have_js_property("value", "80")
    page.get_by_label("Name").fill("The hospital decides")
    # One more: its sliders are previewed as those of the panel are.
    press(page, "Hospital", "PageUp")
    expect(page.locator("#would-be li").nth(1)).to_contain_text("Single sign-on")
    page.get_by_role("button", name="Keep", exact=True).click()

    expect(page.get_by_role("heading", name="The hospital decides")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Hospital 50\u00a0% → 90\u00a0%")
    expect(page.get_by_role("img")).to_have_accessible_name(
        re.compile("Single sign-on: 3rd Now, 2nd The hospital decides")
    )
    assert not ScoringPolicy.objects.get().reason
    page.get_by_role("button", name="Apply The hospital decides").click()
    expect(page.locator("main")).to_contain_text("is how it is weighed now")
    rescore(rota.pk)

    expect(order(page)).to_have_text(AFTER)
