"""What a web process holds while eight ask at once for each page of the largest product."""

import contextlib
import http.client
import os
import re
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from tests import processes
from tests.benchmarks.cases import signed_in
from tests.benchmarks.data import KINDS, owner, product_of

REQUIREMENTS, PERSONAS, AT_ONCE, MOST_MEGABYTES = 10_000, 48, 8, 400
PAGES = [
    "",
    "ranking/?part=ranked.200",
    "?order=value_for_effort&closed=1",
    "?q=requirement+77",
    "ranking.csv",
    "start/",
    "ask/",
    "compare/",
    "lenses/",
    "rate/",
    "rate/changes/?have=0.0.0&seen=0:",
    "map/",
    "shipped/",
    "personas/",
    "weighed/",
    "who/",
    "sure/",
    "scenarios/",
    "scenarios/new/",
]


@dataclass(frozen=True)
class Peak:
    """Megabytes; None where the system doesn't tell."""

    name: str
    megabytes: int | None

    def line(self) -> str:
        verdict = "ok" if (self.megabytes or 0) <= MOST_MEGABYTES else "ABOVE"
        return f"{self.name:<62} {self.megabytes:8} MB ≤ {MOST_MEGABYTES} MB {verdict}"


def memory():
    kinds = (KINDS * PERSONAS)[:PERSONAS]
    product = product_of(REQUIREMENTS, kinds=kinds)
    cookie = f"{settings.SESSION_COOKIE_NAME}={signed_in(owner()).session_key}"
    with processes.site(threads=AT_ONCE) as address:
        for page in PAGES:
            eight_times(address, f"/p/{product.key}/{page}", cookie)
            yield Peak(f"{AT_ONCE} at once, {REQUIREMENTS:,} × {PERSONAS}: /{page}", _peak())


def eight_times(address, path, cookie):
    threads = [threading.Thread(target=_get, args=(address, path, cookie)) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _get(address, path, cookie):
    client = http.client.HTTPConnection(urlsplit(address).netloc, timeout=300)
    client.request("GET", path, headers={"Cookie": cookie})
    client.getresponse().read()
    client.close()


def _peak():
    """The most that any process of the site ever held."""
    marks = (re.search(r"VmHWM:\s+(\d+)", text) for text in _statuses())
    return max((int(mark[1]) // 1024 for mark in marks if mark), default=None)


def _statuses():
    ours = f"DATA_DIR={os.environ['DATA_DIR']}"
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if ours in (folder / "environ").read_text(errors="replace").split("\0"):
                arguments = (folder / "cmdline").read_text()
                if "gunicorn" in arguments:
                    yield (folder / "status").read_text()


CASES = {"memory": memory}
