"""The rating grid of 500 requirements × 6 personas in a real browser."""

import os

from playwright.sync_api import expect, sync_playwright

from personas.models import Persona
from tests import processes
from tests.benchmarks.data import owner, product_of
from tests.benchmarks.measuring import Limit, limit
from tests.browser import chromium
from tests.browser.fixtures import session_of

REQUIREMENTS, KEYS = 500, 200

#: a frame's callbacks run before it is painted; the message after one comes when it was
TIME_KEYS = """() => {
    window.took = [];
    addEventListener("keydown", event => requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => window.took.push(performance.now() - event.timeStamp);
        port2.postMessage(0);
    }), true);
}"""


def rating_grid():
    """From a key to the painted cell, the saves going on meanwhile; and loading the page."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread
    product = product_of(REQUIREMENTS)
    Persona.objects.create(product=product, name="Persona 5", kind="other")
    path = f"/p/{product.key}/rate/"
    with processes.site() as address, processes.celery_worker(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find())
        context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900})
        context.add_cookies([session_of(owner(), address)])
        page = context.new_page()
        yield limit(
            "the rating page, 500 × 6, until its scripts have run",
            lambda: page.goto(path, wait_until="domcontentloaded") and None,
            at_most=1_000,
            turns=10,
        )
        yield Limit("key → painted cell, 500 × 6", _type(page), at_most=50)
        browser.close()


def _type(page):
    """Milliseconds of each key: rate, go down, rate, …"""
    page.evaluate(TIME_KEYS)
    page.locator("td[data-at]").first.click()
    for turn in range(KEYS // 2):
        for key in (str(turn % 6), "ArrowDown"):
            page.keyboard.press(key)
            page.wait_for_timeout(40)  # 25 keys a second: as fast as one can
    expect(page.locator("[data-state]")).to_have_text("All saved")
    return page.evaluate("window.took")
