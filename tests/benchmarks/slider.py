"""From a slider's move to the swapped rows, in a real browser (issue "The browser")."""

import os

from django.conf import settings
from playwright.sync_api import sync_playwright

from tests import processes
from tests.benchmarks.cases import signed_in
from tests.benchmarks.data import owner, product_of
from tests.benchmarks.measuring import Limit
from tests.browser import chromium

AIM_MS = 120
MOVES = 40

#: `moves` moves of the slider, `pause` ms after each one's swap; ms from the input event until the
#: rows are swapped and a frame is drawn.
MOVE = """async ([moves, pause]) => {
  const slider = document.getElementById("id_end_user_say"), times = [];
  const swapped = () => new Promise(done => {
    document.addEventListener("htmx:afterSwap", function heard(event) {
      if (event.detail.target.id !== "ranking") return;
      document.removeEventListener("htmx:afterSwap", heard);
      requestAnimationFrame(() => setTimeout(() => done(performance.now())));
    });
  });
  for (let n = 0; n < moves; n++) {
    const seen = swapped();
    slider.value = 60 + (n * 7) % 30;
    const begun = performance.now();
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    times.push(await seen - begun);
    await new Promise(rested => setTimeout(rested, pause));
  }
  return times;
}"""


def slider_to_rows():
    """One move at a time, at rest in between; then moves that follow each other at once."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    product = product_of(1_000)
    with processes.site() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find())
        context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900})
        session = {"name": settings.SESSION_COOKIE_NAME, "value": signed_in(owner()).session_key}
        context.add_cookies([session | {"url": address}])
        page = context.new_page()
        page.goto(f"/p/{product.key}/")
        page.keyboard.press("w")
        page.locator("#id_end_user_say").wait_for()
        page.evaluate(MOVE, [5, 100])
        for name, pause in [("at rest before", 1_000), ("one after the other", 0)]:
            times = page.evaluate(MOVE, [MOVES, pause])
            yield Limit(f"slider → swapped rows, 1,000 requirements, {name}", times, AIM_MS)
        browser.close()


CASES = {"preview": slider_to_rows}
