import logging
from importlib.metadata import distribution
from pathlib import Path

import fontpkg_inter
from django.conf import settings
from django.core.management.base import BaseCommand
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

SOURCE = Path(fontpkg_inter.__file__).parent / "files" / "Inter[opsz,wght].ttf"
#: Latin, punctuation, and the signs that pages use: € ™ ← … ↙ − ≈ ≠ ≤ ≥ ▲ ▼
CHARACTERS = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x2010, 0x2028),
    *range(0x2190, 0x219A),
    *map(ord, "€™−≈≠≤≥▲▼"),
]
FEATURES = ["kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "tnum", "case", "ss03", "zero"]


class Command(BaseCommand):
    help = "Cut Inter down to what pages use: build/static/fonts/inter.woff2."
    requires_system_checks = ()

    def handle(self, **options):
        target = settings.BASE_DIR / "build/static/fonts/inter.woff2"
        if not is_current(target):
            cut(target)


def is_current(target: Path) -> bool:
    files = distribution("fontpkg-inter").files
    installed = next(file for file in files if file.name == "RECORD").locate()
    return target.exists() and target.stat().st_mtime >= installed.stat().st_mtime


def cut(target: Path) -> None:
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it names every glyph
    # Else the time of cutting is written into it, and with it its name differs from host to host.
    font = TTFont(SOURCE, recalcTimestamp=False)
    cutter = subset.Subsetter(subset.Options(layout_features=FEATURES))
    cutter.populate(unicodes=CHARACTERS)
    cutter.subset(font)
    font = instancer.instantiateVariableFont(font, {"opsz": 14, "wght": (400, 700)})
    font.flavor = "woff2"
    target.parent.mkdir(parents=True, exist_ok=True)
    # Under another name first: two test processes may do this at once.
    unfinished = target.with_suffix(f".{id(font)}")
    font.save(unfinished)
    unfinished.replace(target)
