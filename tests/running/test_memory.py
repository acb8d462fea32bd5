"""What the web process holds while eight ask at once for what is longest: parts, not all of it."""

import re
from pathlib import Path

import pytest

from tests import processes
from tests.benchmarks.cases import signed_in
from tests.benchmarks.data import KINDS, owner, product_of
from tests.benchmarks.memory import eight_times

REQUIREMENTS, PERSONAS, MOST_MEGABYTES = 3_000, 12, 200


@pytest.mark.django_db(transaction=True)
def test_eight_readers_at_once_fit_into_a_web_process(settings):
    product = product_of(REQUIREMENTS, kinds=(KINDS * 3)[:PERSONAS], vacuum=False)
    cookie = f"{settings.SESSION_COOKIE_NAME}={signed_in(owner()).session_key}"
    with processes.web(threads=8) as (address, child):
        for page in ("", "rate/", "ask/", "start/"):
            eight_times(address, f"/p/{product.key}/{page}", cookie)

            assert peak(child.process.pid) <= MOST_MEGABYTES, page


def peak(pid):
    """Megabytes, the most that it or a child of its ever held."""
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return max([int(found[1]) // 1024, *map(peak, children)])
