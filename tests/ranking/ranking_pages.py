"""A small ranking for tests of what pages show; every number in it is worked by hand."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import SimpleNamespace

NOW = datetime(2026, 11, 26, 2, 0, 30, tzinfo=UTC)
NURSE, LEAD, HOSPITAL, AGENCY = 1, 2, 3, 4


@dataclass
class Persona:
    id: int
    name: str
    kind: str
    weight: float
    active: int | None = None

    @property
    def is_end_user(self):
        return self.kind == "end_user"


def personas():
    # By id, as read_ranking gives them: a payer stands between the users.
    return [
        Persona(NURSE, "Nurses", "end_user", 0.80, active=200),
        Persona(HOSPITAL, "Hospital", "procurer", 0.10),
        Persona(LEAD, "Ward leads", "end_user", 0.05, active=25),
        Persona(AGENCY, "Agency", "advertiser", 0.05),
    ]


@dataclass
class Row:
    number: int
    title: str = "A title"
    score: int | None = None
    rank: int | None = None
    effort_rank: int | None = None
    effort: float | None = None
    status: str = "idea"
    must_reason: str = ""
    must_by: date | None = None
    contributions: dict = field(default_factory=dict)
    unrealised: dict = field(default_factory=dict)
    low: int | None = None
    high: int | None = None
    answered: float | None = None
    value_for_effort: float | None = None
    tags: list = field(default_factory=list)
    flags: list = field(default_factory=list)
    means: dict = field(default_factory=dict)
    harmed: list = field(default_factory=list)
    requirement_version: int = 1
    extent: tuple | None = None

    @property
    def ranked(self):
        return self.rank is not None

    @property
    def requirement_id(self):
        return 100 + self.number

    @property
    def key(self):
        return f"ROTA-{self.number}"


def rated(number, points, rank, **fields):
    """A row whose score, in points, is all the nurses'."""
    score = round(points * 10_000)
    fields = {"contributions": {NURSE: score}, "low": score, "high": score, "answered": 1} | fields
    return Row(number, score=score, rank=rank, **fields)


def ranking(*rows, capacity=60, unit="days", people=None, computed_at=NOW, stale=False):
    return SimpleNamespace(
        product=SimpleNamespace(key="ROTA", effort_unit=unit, capacity=capacity),
        personas=personas() if people is None else people,
        rows=list(rows),
        computed_at=computed_at,
        stale=stale,
        failed=False,
    )


def release():
    """34 days must do, 13 being built, 3 fit, then 13 don't."""
    return [
        rated(1, 83.8, 1, effort=8, status="in_progress"),
        rated(18, 69.5, 2, effort=6, must_reason="safety", must_by=date(2026, 12, 28)),
        rated(13, 59.5, 3, effort=3, status="planned", title="Open shifts as a push message"),
        rated(21, 52.9, 4, effort=13, must_reason="law", must_by=date(2026, 12, 1)),
        rated(14, 47.4, 5, effort=5, status="in_progress"),
        rated(5, 35.5, 6, effort=13, title="Works offline"),
        rated(7, 5.3, 7, effort=None),
        rated(24, 2.7, 8, effort=5, must_reason="contract", must_by=date(2027, 6, 30)),
        rated(16, -33.9, 9, effort=8),
        Row(26, effort=10, must_reason="upkeep"),
        Row(9, effort=8),
        Row(30, effort=2, status="shipped"),
    ]
