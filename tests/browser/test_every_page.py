"""Every page, in both themes and at three widths: axe finds nothing, nothing scrolls sideways."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from personas.models import Persona
from prioritisation.pipeline.rescoring import rescore
from tests import cast
from tests.browser import axe

ALONE = ["products", "product_new", "account", "new_token"]
OF_A_PRODUCT = [
    "ranking",
    "map",
    "history",
    "log",
    "requirement_new",
    "rate",
    "ask",
    "compare",
    "lenses",
    "scenarios",
    "scenario_new",
    "shipped",
    "start",
    "personas",
    "persona_new",
    "policy",
    "sure",
    "members",
    "product_tokens",
    "product_edit",
    "product_delete",
    "import",
]
OF_A_REQUIREMENT = ["requirement", "requirement_edit", "requirement_delete"]


@pytest.fixture
def rota(page, sign_in):
    """Alice's Rota with a must do, a cut line, somebody not counted and something unrated."""
    alice = cast.user("alice")
    product = cast.rota(alice)
    product.capacity = 12
    product.save(update_fields=["capacity"])
    swap = product.requirements.get(number=1)
    swap.must_reason, swap.tags = "law", ["shifts"]
    swap.save(update_fields=["must_reason", "tags"])
    Persona.objects.create(product=product, name="Surgeon", kind="end_user", importance=0)
    cast.scenario(product, by=alice, end_user_say=0.5)
    cast.scenario(product, by=alice, name="Another " + "very long name " * 4)
    cast.scenario(product, by=alice, name="Longwithoutaspace" * 4, gap_emphasis=0)
    rescore(product.pk)
    sign_in(alice)
    return product


def findings(page, scheme, width):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    return [f"{page.url}, {scheme}, {width}: {found}" for found in axe.violations(page)]


def overflow(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    found = page.evaluate("() => document.documentElement.scrollWidth")
    return [f"{page.url}: {found} px wide at {width}"] if found > width else []


def examine(page, *addresses):
    wrong = []
    for address in addresses:
        answer = page.goto(address)
        assert answer.status == 200, address
        wrong += findings(page, "dark", 1440) + findings(page, "light", 390)
        wrong += [finding for width in (390, 900, 1440) for finding in overflow(page, width)]
    return wrong


def test_the_sign_in_page_can_be_read_by_everybody(page):
    assert examine(page, reverse("account_login")) == []

    # The control.
    page.eval_on_selector_all("label", "all => all.forEach(one => one.remove())")
    assert [found for found in axe.violations(page) if found.startswith("label: <input")]


@pytest.mark.usefixtures("rota")
def test_pages_above_a_product_can_be_read_by_everybody(page):
    assert examine(page, *(reverse(name) for name in ALONE)) == []


def test_pages_of_a_product_can_be_read_by_everybody(page, rota):
    addresses = [reverse(name, args=[rota.key]) for name in OF_A_PRODUCT]
    addresses += [f"{addresses[0]}?order=value_for_effort", f"{addresses[0]}?show=harms"]
    addresses += [reverse("map", args=[rota.key]) + "?axes=effort"]
    addresses += [
        reverse("bulk", args=[rota.key]) + f"?what={what}&row=1.1" for what in ("status", "tag")
    ]
    assert examine(page, *addresses) == []


def test_pages_of_a_scenario_can_be_read_by_everybody(page, rota):
    ids = rota.scenarios.values_list("pk", flat=True)
    all_three = "?" + "&".join(f"show={pk}" for pk in ids)
    names = ["scenario_edit", "scenario_delete"]

    assert examine(page, reverse("scenarios", args=[rota.key]) + all_three) == []
    assert examine(page, *(reverse(name, args=[rota.key, ids[2]]) for name in names)) == []


def test_pages_of_a_requirement_can_be_read_by_everybody(page, rota):
    assert examine(page, *(reverse(name, args=[rota.key, 1]) for name in OF_A_REQUIREMENT)) == []


SPILLING = """() => [...document.querySelectorAll("main :is(th, td, li, p, h1, h2, span, .who)")]
    .filter((box) => box.textContent.includes("WWWW") && box.checkVisibility())
    .filter((box) => box.scrollWidth > box.clientWidth + 1)
    .filter((box) => getComputedStyle(box).display !== "inline")
    .filter((box) => !box.closest(".sr"))
    .map((box) => `${box.tagName} in ${location.pathname}`)"""


def test_a_title_without_a_space_stays_in_its_place(page, rota):
    rota.requirements.filter(number=1).update(title="W" * 200)
    rescore(rota.pk)
    addresses = [reverse(n, args=[rota.key]) for n in ("ranking", "lenses", "history", "ask")]
    addresses += [reverse(name, args=[rota.key, 1]) for name in OF_A_REQUIREMENT]
    wrong = []
    for address in addresses:
        page.goto(address)
        for width in (390, 1440):
            wrong += overflow(page, width) + page.evaluate(SPILLING)

    assert wrong == []


def test_a_persona_with_a_long_name_stays_in_its_place(page, rota):
    rota.personas.filter(name="Nurse").update(name="The one that WWWW for " + "many words " * 7)
    rota.requirements.get(number=1).ratings.all().delete()
    rescore(rota.pk)
    addresses = [reverse(n, args=[rota.key]) for n in ("ranking", "scenario_new", "policy", "rate")]
    addresses += [reverse("requirement", args=[rota.key, 1])]
    wrong = []
    for address in addresses:
        page.goto(address)
        wrong += overflow(page, 390) + page.evaluate(SPILLING)

    assert wrong == []


def test_what_a_persona_with_a_long_name_adds_is_seen_in_the_drawer(page, rota):
    rota.personas.filter(name="Nurse").update(name="Nurses who also plan the rota W" + "W" * 30)
    rescore(rota.pk)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(reverse("ranking", args=[rota.key]))
    page.get_by_role("link", name=rota.requirements.get(number=1).title).first.click()
    drawer = page.locator(".drawer")
    expect(drawer.locator("[data-total]")).to_be_visible()

    assert drawer.evaluate("(box) => box.scrollWidth <= box.clientWidth"), "Adds is out of sight"
