"""The rating grid when saves are slow, fail or meet another window's; and who may only look."""

import pytest
from playwright.sync_api import expect

from prioritisation.models import Rating
from prioritisation.pipeline.rescoring import rescore
from products.models import Requirement
from tests import cast
from tests.browser.test_rating_grid import cell, paste, press, ring, saved

pytestmark = pytest.mark.django_db(transaction=True)
SAVES = "**/rate/cells/"


@pytest.fixture
def alice():
    return cast.user("alice")


@pytest.fixture
def rota(alice):
    rota = cast.rota(alice)
    rescore(rota.pk)
    return rota


@pytest.fixture
def grid(page, sign_in, alice, rota):
    """Alice's, with the cell in hand where she rated 5 for the nurse."""
    sign_in(alice)
    page.goto("/p/ROTA/rate/")
    mine(page).click()
    return page


@pytest.fixture
def held(grid):
    """`held()`: the next save waits; calling the result lets it go."""

    def hold():
        waiting = []

        def handle(route):
            if waiting:
                return route.continue_()
            waiting.append(route)

        grid.route(SAVES, handle)

        return lambda: waiting[0].continue_()

    yield hold
    grid.unroute_all(behavior="ignoreErrors")


def mine(page):
    return cell(page, "Swap shifts in two taps", "Nurse")


def stored():
    return Rating.objects.get(requirement__number=1, persona__name="Nurse")


def in_another_window(value):
    Rating.objects.filter(pk=stored().pk).update(value=value)


def said(page):
    return page.locator("[data-said]")


def test_who_may_only_look_types_pastes_and_undoes_nothing(new_context, sign_in, rota):
    vera = cast.user("vera")
    cast.join(rota, vera, "viewer")
    context = new_context(permissions=["clipboard-read", "clipboard-write"])
    sign_in(vera, context=context)
    page = context.new_page()
    sent = []
    page.on("request", lambda one: one.method == "POST" and sent.append(one.url))
    page.goto("/p/ROTA/rate/")
    mine(page).click()
    before = mine(page).inner_html()

    press(page, "5 Delete - 0 s")
    paste(page, "4")
    press(page, "Control+z Control+y")
    page.wait_for_timeout(150)  # a save goes after 60 ms

    assert (mine(page).inner_html(), sent) == (before, [])


def test_a_title_is_text_where_it_is_said(new_context, sign_in, alice, rota):
    Requirement.objects.filter(number=1).update(title="<b id=markup>Swap</b>")
    context = new_context(permissions=["clipboard-read", "clipboard-write"])
    sign_in(alice, context=context)
    page = context.new_page()
    page.goto("/p/ROTA/rate/")
    page.locator("td[data-at]").first.click()

    paste(page, "<i id=typed>")

    expect(said(page)).to_contain_text("“<i id=typed>” for <b id=markup>Swap</b>, Nurse")
    expect(page.locator("#markup, #typed")).to_have_count(0)


def test_what_is_typed_while_a_save_is_under_way_follows_it(grid, held):
    let_go = held()
    press(grid, "4")
    expect(mine(grid)).to_have_attribute("data-s", "sent")
    press(grid, "2")
    let_go()

    saved(grid)
    assert stored().value == 2
    expect(mine(grid)).to_contain_text("+2")


def test_what_is_typed_while_a_save_is_refused_is_refused_too(grid, held, problems):
    """Another window's rating came between: whoever types hasn't seen it yet."""
    let_go = held()
    press(grid, "4")
    expect(mine(grid)).to_have_attribute("data-s", "sent")
    press(grid, "2")
    in_another_window(1)
    let_go()

    expect(said(grid)).to_contain_text("Meanwhile you said +1")
    expect(mine(grid)).to_have_attribute("data-s", "failed")
    expect(mine(grid)).to_contain_text("+2")
    assert stored().value == 1
    # Having been told, one says it again, or takes what is there.
    press(grid, "Escape")
    expect(mine(grid)).to_contain_text("+1")
    problems.clear()  # Chromium's own word on the 409


def test_what_arrives_under_an_unsaved_rating_is_not_overwritten_unseen(grid, problems):
    grid.route(SAVES, lambda route: route.abort())
    press(grid, "4")
    expect(mine(grid)).to_have_attribute("data-s", "failed")
    in_another_window(1)
    with grid.expect_response("**/rate/changes/**"):
        ring(grid)
    expect(mine(grid)).to_contain_text("+4")

    press(grid, "2")
    grid.unroute_all(behavior="ignoreErrors")

    expect(said(grid)).to_contain_text("Meanwhile you said +1", timeout=15_000)
    assert stored().value == 1
    problems.clear()
