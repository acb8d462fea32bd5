"""Two people, two browsers: what one edits moves on the other's screen, whatever is dead."""

import contextlib
import statistics
import time

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from prioritisation.pipeline.rescoring import rescore
from prioritisation.pipeline.transactions import writing
from products.models import Comment
from tests import cast, processes, servers
from tests.browser.fixtures import page_of

LIVE_SECONDS, POLL_SECONDS = 1.0, 5.0

COUNT_SLIDES = """() => {
    const animate = Element.prototype.animate;
    window.slid = 0;
    Element.prototype.animate = function (...how) {
        window.slid += 1;
        return animate.apply(this, how);
    };
}"""


@pytest.fixture
def rota(transactional_db):
    alice, bob = cast.user("alice"), cast.user("bob")
    product = cast.rota(alice)
    cast.join(product, bob, "viewer")
    rescore(product.pk)
    return product


def person(name):
    return cast.User.objects.get(username=name)


def is_streaming(page):
    return expect(page.locator("html[data-stream=open]"))


class Watched:
    """Alice rates Swap shifts for the nurse, in turn worst and best: on Bob's screen it falls from
    the first place to the second, and rises again."""

    def __init__(self, alice, bob):
        self.alice, self.bob, self._worst = alice, bob, False

    def seconds_until_moved(self, *, within):
        self._worst = not self._worst
        row = self.alice.get_by_role("row", name="Swap shifts")
        row.get_by_role("gridcell").first.click()
        first = self.bob.locator("tr[data-k] [data-open]").first
        begun = time.monotonic()
        for key in "-5" if self._worst else "5":
            self.alice.keyboard.press(key)
        title = "Single sign-on" if self._worst else "Swap shifts in two taps"
        expect(first).to_have_text(title, timeout=within * 1000)
        return time.monotonic() - begun


@pytest.mark.usefixtures("worker")
def test_an_edit_moves_the_others_screen_with_and_without_the_live_process(rota, browser):
    port = processes.free_port()
    broker = {"REDIS_URL": servers.REDIS_URL_OF_THE_SITE}
    with contextlib.ExitStack() as stack:
        live_url = f"http://127.0.0.1:{port}/live/"
        address = stack.enter_context(processes.site(LIVE_URL=live_url, **broker))
        live = stack.enter_context(processes.live(port, **broker))
        bob = stack.enter_context(page_of(browser, person("bob"), address))
        alice = stack.enter_context(page_of(browser, person("alice"), address))
        said = []
        bob.on("console", lambda message: said.append(message.text))
        alice.goto("/p/ROTA/rate/")
        bob.goto("/p/ROTA/")
        watched = Watched(alice, bob)
        is_streaming(bob).to_be_attached(timeout=5000)
        bob.evaluate(COUNT_SLIDES)

        took = [watched.seconds_until_moved(within=POLL_SECONDS) for _ in range(3)]
        assert statistics.median(took) < LIVE_SECONDS, took
        assert bob.evaluate("window.slid") >= 2
        mention(rota, "bob")
        expect(bob.locator("#bell .count")).to_have_text("1", timeout=LIVE_SECONDS * 1000)
        assert said == []

        live.kill()
        is_streaming(bob).not_to_be_attached()
        watched.seconds_until_moved(within=POLL_SECONDS)

        stack.enter_context(processes.live(port, **broker))
        is_streaming(bob).to_be_attached(timeout=10_000)
        took = [watched.seconds_until_moved(within=POLL_SECONDS) for _ in range(3)]
        assert statistics.median(took) < LIVE_SECONDS, took

        remove_bob(rota)
        is_streaming(bob).not_to_be_attached()
        expect(bob.locator("#live-text")).to_contain_text("Not live since")


def mention(product, name):
    """Alice names somebody in a comment: their bell rings on the page that they look at."""
    by = person("alice")
    with writing(means="session", user=by):
        Comment.objects.create(
            product=product,
            requirement=product.requirements.first(),
            author=by,
            text=f"What do you say, @{name}?",
        )


def remove_bob(product):
    client = Client()
    client.force_login(cast.User.objects.get(username="alice"))
    membership = product.memberships.get(user__username="bob")
    client.post(reverse("member_remove", args=[product.key, membership.pk]))
