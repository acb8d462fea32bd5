"""Reads that span models. What combines rows, version and stale comes from one snapshot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
from django.db import connection

from personas.models import Kind
from prioritisation.pipeline.snapshots import snapshot
from prioritisation.scoring.flags import signals
from prioritisation.scoring.formula import UNIT, Weights
from prioritisation.selectors.ranking_sql import PLACED, ranking_query
from products.models import OPEN, Product, Status
from products.searching import searchable

ORDERS = ("score", "value_for_effort")


@dataclass(slots=True)
class PersonaWeight:
    """A counted persona as of the last run."""

    id: int
    name: str
    kind: str
    weight: float
    """Its share of the score, 0…1."""
    adoption: float | None
    """0…1; None for payers."""
    active: int | None
    """People who use it, by the latest reading; None without one."""

    @property
    def is_end_user(self):
        return self.kind == Kind.END_USER


@dataclass(slots=True)
class Row:
    """A requirement and its score. Scores, contributions and unrealised are ten-thousandths,
    None or empty while it hasn't been scored yet; means are rating points of those who rated."""

    requirement_id: int
    number: int
    key: str
    title: str
    status: str
    decision: str
    tags: list
    effort: float | None
    must_reason: str
    must_note: str
    must_by: date | None
    external_id: str
    external_url: str
    requirement_version: int
    rank: int | None
    effort_rank: int | None
    ranked: bool
    score: int | None
    low: int | None
    high: int | None
    reach: float | None
    answered: float | None
    value_for_effort: float | None
    contributions: Mapping = field(default_factory=dict)
    unrealised: Mapping = field(default_factory=dict)
    means: Mapping = field(default_factory=dict)
    confidences: Mapping = field(default_factory=dict)
    flags: list = field(default_factory=list)
    harmed: list = field(default_factory=list)
    was: object = None
    """In a preview, its Place under the stored weights."""
    extent: tuple | None = None
    """(gains and lost value, harm) as a bar shows them, where somebody has summed them up."""


@dataclass(frozen=True, slots=True)
class Place:
    rank: int | None
    effort_rank: int | None
    score: int | None


@dataclass(slots=True)
class Standing:
    """Where a product's scores stand: what a reader compares to see whether anything is new."""

    version: int
    computed_at: datetime | None
    newest_mark: int | None
    product_version: int
    has_error: bool = False

    @property
    def stale(self):
        return self.newest_mark is not None

    @property
    def failed(self):
        """The latest attempt to take in what changed."""
        return self.stale and self.has_error

    @property
    def validator(self):
        """Differs whenever a ranking may: marks change it before any rescore."""
        failed = ".failed" if self.failed else ""
        return f"{self.version}.{self.newest_mark or 0}.{self.product_version}{failed}"


@dataclass(slots=True)
class Ranking:
    product: object
    standing: Standing
    personas: list
    rows: list
    has_more: bool

    version = property(lambda self: self.standing.version)
    computed_at = property(lambda self: self.standing.computed_at)
    stale = property(lambda self: self.standing.stale)
    failed = property(lambda self: self.standing.failed)
    newest_mark = property(lambda self: self.standing.newest_mark)


STANDING = """
    COALESCE(r.version, 0), r.computed_at,
    (SELECT max(id) FROM prioritisation_productchange WHERE product_id = p.id),
    p.version, s.error <> ''
"""
OF_THE_PRODUCT = """
    FROM products_product p
    JOIN prioritisation_scoringstate s ON s.product_id = p.id
    LEFT JOIN prioritisation_scoringrun r ON r.id = s.run_id
    WHERE p.id = %(product)s
"""
PERSONAS = """
    SELECT c.id, p.name, p.kind, c.weight, NULLIF(c.adoption, 'NaN'), (
        SELECT active FROM personas_adoptionreading WHERE persona_id = p.id
        ORDER BY observed_on DESC, id DESC LIMIT 1
    )
    FROM prioritisation_scoringstate s
    JOIN prioritisation_scoringrun r ON r.id = s.run_id
    CROSS JOIN unnest(r.persona_ids, r.weights, r.adoption)
        WITH ORDINALITY AS c (id, weight, adoption, place)
    LEFT JOIN personas_persona p ON p.id = c.id
    WHERE s.product_id = %(product)s ORDER BY c.place
"""


def standing_of(product_id):
    """The product's Standing, in one statement. Raises Product.DoesNotExist."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {STANDING} {OF_THE_PRODUCT}", {"product": product_id})
        return Standing(*_living(cursor.fetchone()))


def _living(found):
    """What was found of a product; raises Product.DoesNotExist where it is gone."""
    if found is None:
        raise Product.DoesNotExist
    return found


def counted_personas(product_id):
    """The personas that the last run counted, in its order."""
    with connection.cursor() as cursor:
        cursor.execute(PERSONAS, {"product": product_id})
        return [_persona(*values) for values in cursor.fetchall()]


def standing_and_personas(product_id):
    """(standing_of, counted_personas) in one statement."""
    columns = "c (id, name, kind, weight, adoption, active)"
    personas = (
        "SELECT COALESCE(json_agg(json_build_array(id, name, kind, weight, adoption, active)),"
        f" '[]') FROM ({PERSONAS}) {columns}"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ({personas}), {STANDING} {OF_THE_PRODUCT}", {"product": product_id})
        personas, *standing = _living(cursor.fetchone())
        return Standing(*standing), [_persona(*values) for values in personas]


def _persona(pk, name, kind, *measures):
    # One without a name was deleted since: the rescore that drops it is on its way.
    return PersonaWeight(pk, name or "a deleted persona", kind or Kind.OTHER, *measures)


def read_ranking(product, *, limit=None, **query):
    """The product's Ranking; `query` is what `found_ranking` takes."""
    standing, personas, found = found_ranking(product, limit=limit, **query)
    has_more = limit is not None and len(found) > limit
    living = [values for values in found[:limit] if values[0] is not None]
    return Ranking(product, standing, personas, rows_of(product, living, personas), has_more)


def found_ranking(
    product,
    *,
    order="score",
    statuses=None,
    only_ranked=True,
    tag="",
    search="",
    requirement_ids=None,
    limit=None,
    offset=0,
    after=None,
    backwards=False,
):
    """(Standing, [PersonaWeight], [values in COLUMNS' order]), of one snapshot.

    By `order` (one of ORDERS), then number; ranks are within the whole. `statuses` defaults to
    the open ones. With `only_ranked` false, requirements that have no rank come too, after those
    that have one. With a limit there is one row more, where there are more; of one that was
    deleted since the last run it is a row of Nones but for its place. `after` and `backwards` are
    those of `ranking_query`.
    """
    query, values = ranking_query(
        product,
        order,
        statuses or OPEN,
        only_ranked,
        tag,
        searchable(search),
        requirement_ids,
        limit,
        offset,
        after,
        backwards,
    )
    with snapshot(), connection.cursor() as cursor:
        standing = standing_of(product.pk)
        personas = counted_personas(product.pk)
        cursor.execute(query, values)
        return standing, personas, cursor.fetchall()


def rows_of(product, found, personas):
    """Rows of tuples in COLUMNS' order, whose arrays are in the personas' order."""
    rows = []
    ids = [persona.id for persona in personas]
    for values in found:
        number = values[1]
        contributions, unrealised, means, confidences = (array or () for array in values[22:])
        rows.append(
            Row(
                values[0],
                number,
                f"{product.key}-{number}",
                *values[2:22],
                dict(zip(ids, contributions, strict=False)),
                dict(zip(ids, unrealised, strict=False)),
                {
                    pk: mean / UNIT
                    for pk, mean, known in zip(ids, means, confidences, strict=False)
                    if known
                },
                dict(zip(ids, confidences, strict=False)),
            )
        )
    scored = [(row, *values[24:]) for row, values in zip(rows, found, strict=True) if row.answered]
    rated, means, confidences = zip(*scored, strict=True) if scored else ((), (), ())
    flag(rows, rated, np.array(means, np.int64), np.array(confidences), personas)
    return rows


def flag(rows, scored, means, confidences, personas):
    """Fill flags and harmed of the rows that are rated; `scored` are those that have means and
    confidences, arrays [scored, personas]."""
    rated = np.array([bool(row.answered) for row in scored], bool)
    if rated.any() and personas:
        answered = np.array([row.answered for row in scored], np.float64)[rated]
        found = signals(means[rated], confidences[rated] > 0, answered, _weights_of(personas))
        among = (row for row in scored if row.answered)
        for row, signal in zip(among, found, strict=True):
            row.flags = list(signal.flags)
            row.harmed = list(signal.harmed)
    _flag_must_do(rows)


def _weights_of(personas):
    return Weights(
        persona_ids=np.array([persona.id for persona in personas]),
        is_end_user=np.array([persona.is_end_user for persona in personas]),
        adoption=np.array([persona.adoption or 0 for persona in personas]),
        people=np.zeros(len(personas)),
        weights=np.array([persona.weight for persona in personas]),
        missing_size=(),
    )


def _flag_must_do(rows):
    for row in rows:
        if row.must_reason:
            row.flags.insert(0, "must_do")


ALL_STATUSES = tuple(Status)


def placed(product_id, requirement_ids):
    """Requirement id → (score in ten-thousandths, rank or None) of those that have a score."""
    with connection.cursor() as cursor:
        cursor.execute(PLACED, {"product": product_id, "ids": list(requirement_ids)})
        return {row[0]: row[1:] for row in cursor.fetchall()}
