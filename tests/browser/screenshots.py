"""Draw the README's pictures from the samples of a running `make run`.

python -m tests.browser.screenshots http://127.0.0.1:8000 NAME PASSWORD
"""

import os
import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect, sync_playwright

from tests.browser.chromium import find

DOCS = Path(__file__).parents[2] / "docs"
WIDTH = 1440
MOST_BYTES = 150_000
COLOURS = 256


@dataclass(frozen=True)
class Picture:
    name: str
    path: str
    theme: str = "light"
    height: int = 880


def nothing(page):
    pass


def open_single_sign_on(page):
    page.get_by_role("link", name="Single sign-on and audit export").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def what_if_the_hospital_counted_more(page):
    page.keyboard.press("w")
    slider = page.get_by_role("slider", name="End users’ say")
    slider.fill("65")
    expect(page.get_by_role("heading", name="would move")).to_be_visible()


#: picture → what is done before it is taken
PICTURES = {
    Picture("ranking", "/p/ROTA/"): nothing,
    Picture("requirement", "/p/ROTA/", theme="dark"): open_single_sign_on,
    Picture("who-counts", "/p/ROTA/"): what_if_the_hospital_counted_more,
    Picture("map", "/p/ROTA/map/", height=790): nothing,
    Picture("history", "/p/ROTA/history/", theme="dark"): nothing,
}


def save_small(png, path):
    """With a palette: a third of the bytes, and no difference that one sees."""
    picture = Image.open(BytesIO(png)).convert("RGB")
    # Covers rare hues too: a persona's three bars must not take another's colour.
    small = picture.quantize(
        COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=4, dither=Image.Dither.NONE
    )
    small.save(path, optimize=True)
    size = path.stat().st_size
    assert size <= MOST_BYTES, f"{path.name} has {size:,} bytes"


def main(address, name, password):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 880}, reduced_motion="reduce")
        page.goto(f"{address}/")
        page.get_by_label("Name or e-mail").fill(name)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"{address}/")
        for picture, act in PICTURES.items():
            page.emulate_media(color_scheme=picture.theme, reduced_motion="reduce")
            page.set_viewport_size({"width": WIDTH, "height": picture.height})
            page.goto(address + picture.path)
            act(page)
            page.mouse.move(0, 0)
            save_small(page.screenshot(), DOCS / f"{picture.name}.png")
        browser.close()


if __name__ == "__main__":
    os.chdir(DOCS.parent)
    main(*sys.argv[1:])
