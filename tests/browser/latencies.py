"""How long an edit takes to another's screen: `python -m tests.browser.latencies`.

Two browsers on a fresh `manage.py up` with its samples, once with the live process and once by
polling alone; prints milliseconds from the key to the other's ranking redrawn with the new scores.
"""
# ruff: noqa: T201

import os
import re
import statistics
import time

from playwright.sync_api import expect, sync_playwright

from tests.browser.chromium import find
from tests.browser.lighthouse import userward

EDITS = 15


def main():
    print("| | p50 ms | least | most |\n|---|---|---|---|")
    for name, live_url in {"by the live process": None, "by polling alone": ""}.items():
        if live_url is not None:
            os.environ["LIVE_URL"] = live_url
        with userward() as up, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
            took = sorted(milliseconds(browser, up))
            browser.close()
        print(f"| {name} | {statistics.median(took)} | {took[0]} | {took[-1]} |", flush=True)


def milliseconds(browser, up):
    """Of each edit, in turn to one value and another."""
    editing = browser.new_context(base_url=up.address)
    edit = editing.new_page()
    up.sign_in(edit)
    edit.goto("/p/ROTA/rate/")
    watching = browser.new_context(base_url=up.address, storage_state=editing.storage_state())
    watch = watching.new_page()
    watch.goto("/p/ROTA/")
    watch.wait_for_timeout(3000)
    ranking = watch.locator("#ranking")
    for turn in range(EDITS):
        watch.wait_for_timeout(1700 + 310 * (turn % 7))  # at no fixed moment of a poll's rhythm
        version = int(ranking.get_attribute("data-live").split(".")[0])
        edit.get_by_role("gridcell").first.click()
        begun = time.monotonic()
        edit.keyboard.press("15"[turn % 2])
        newer = re.compile(rf"^(?!{version}\.)")
        expect(ranking).to_have_attribute("data-live", newer, timeout=20_000)
        expect(ranking).to_have_attribute("data-live", re.compile(r"^\d+\.0\."), timeout=20_000)
        yield round((time.monotonic() - begun) * 1000)


if __name__ == "__main__":
    main()
