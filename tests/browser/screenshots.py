"""Draw the README's picture from the samples of a running `make run`.

python -m tests.browser.screenshots http://127.0.0.1:8000 NAME PASSWORD
"""

import os
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.chromium import find

DOCS = Path(__file__).parents[2] / "docs"
PICTURES = {"ranking": "/p/ROTA/"}


def main(address, name, password):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        page.goto(f"{address}/")
        page.get_by_label("Name or e-mail").fill(name)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{address}/")
        for picture, path in PICTURES.items():
            page.goto(address + path)
            page.screenshot(path=DOCS / f"{picture}.png")
        browser.close()


if __name__ == "__main__":
    os.chdir(DOCS.parent)
    main(*sys.argv[1:])
