"""All that the crawl can ask, by everybody: `make test-full`."""

from pathlib import Path

import pytest

from tests.isolation.crawl import Attempts, Crawl

PARTS = 4
FIGURES = Path("build/crawl")

pytestmark = [pytest.mark.full, pytest.mark.django_db]


@pytest.mark.parametrize("part", range(PARTS))
def test_nobody_is_told_or_changes_what_is_not_theirs(crawl, part):
    thorough = Crawl(thorough=True, world=crawl.world)
    attempts = (one for at, one in enumerate(Attempts(thorough)) if at % PARTS == part)

    report = thorough.run(attempts)

    FIGURES.mkdir(parents=True, exist_ok=True)
    told = (
        f"{len(report.patterns)} patterns, {report.asked:,} requests, "
        f"{len(report.by_actor)} actors, {report.seconds:,.0f} s, {len(report.wrong)} wrong"
    )
    lines = [told, str(dict(report.statuses)), *report.wrong]
    (FIGURES / f"{part}.txt").write_text("\n".join(lines))
    assert not report.wrong, "\n".join(report.wrong[:30])
