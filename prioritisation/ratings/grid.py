"""The rating grid: requirement × persona, one user's ratings with the others' beside them."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from prioritisation.models import Rating, Score
from prioritisation.pipeline.snapshots import snapshot
from prioritisation.presentation.charts.bars import in_order
from prioritisation.presentation.formatting import NONE, number, points, signed
from prioritisation.selectors.rankings import read_ranking
from products.models import OPEN

ROWS_A_PAGE = 500
#: from this difference on, you and the others are said to disagree
DISAGREE = 3
#: as many of the others' values as a cell has room for
MOST_OTHERS = 4
#: as many changes that wait for their scores as a moment names: it travels in an address
MOST_WAITING = 80
MOMENT = re.compile(r"\d{1,18}:(\d{1,18}(,\d{1,18}){0,79})?", re.ASCII)


class Given(NamedTuple):
    """One rating of a cell."""

    value: int
    basis: str
    version: int
    note: str
    created_at: datetime

    @property
    def letter(self):
        return self.basis[0]


@dataclass(slots=True)
class Cell:
    """What a user and the others gave. static/ratings.js draws it too: keep both alike."""

    requirement_id: int
    title: str
    persona: object
    mine: Given | None = None
    others: list = field(default_factory=list)
    """The others' values, in order of their ratings."""
    typed: str | None = None
    """What was typed and not saved."""
    error: str = ""

    @property
    def at(self):
        return f"{self.requirement_id}.{self.persona.pk}"

    @property
    def value(self):
        return self.mine.value if self.mine else None

    @property
    def shown(self):
        if self.mine is None:
            return NONE if self.others else "missing"
        return signed(self.mine.value)

    @property
    def name(self):
        """The form field's name: what and whose it is, and what was there when it was drawn."""
        version, old = (self.mine.version, self.mine.value) if self.mine else (0, "")
        return f"c.{self.at}.{version}.{old}"

    @property
    def label(self):
        mine = f"{number(self.value)}, {self.mine.basis}" if self.mine else "missing"
        others = ", ".join(map(number, self.others))
        return f"{self.title}, {self.persona.name}: {mine}" + (f"; others {others}" * bool(others))

    @property
    def others_in_words(self):
        shown = ", ".join(map(signed, self.others[:MOST_OTHERS]))
        return f"{shown}, …" if len(self.others) > MOST_OTHERS else shown

    @property
    def is_missing(self):
        return self.mine is None and not self.others

    @property
    def is_split(self):
        return self.mine is not None and any(
            abs(value - self.mine.value) >= DISAGREE for value in self.others
        )

    @property
    def classes(self):
        bar = f"{self.persona.kind} v{self.value}" if self.mine else self.persona.kind
        return bar + " none" * self.is_missing + " split" * self.is_split

    @property
    def known(self):
        """The user's own, as the page keeps it: version, value, letter of the basis."""
        return f"{self.mine.version} {self.mine.value} {self.mine.letter}" if self.mine else ""

    @property
    def given(self):
        return " ".join(map(str, self.others))

    @property
    def state(self):
        """[version, value or null, letter, others, note], for a page that has drawn the cell."""
        own = [self.mine.version, self.mine.value, self.mine.letter] if self.mine else [0, None, ""]
        return [*own, self.others, self.mine.note if self.mine else ""]


@dataclass(slots=True)
class GridRow:
    requirement: object
    """A selectors.Row."""
    cells: list


@dataclass(slots=True)
class Grid:
    personas: list
    rows: list
    has_more: bool
    answered: int
    asked: int
    requirements: int
    """How many are open, on whatever page."""
    seen: str
    """The moment it shows, for `changed_since`."""
    standing: object

    @property
    def missing(self):
        return self.asked - self.answered


def read_grid(
    product, user, *, page=1, by_number=False, first=None, search="", limit=ROWS_A_PAGE, only=None
):
    """The user's Grid over open requirements, by score or (so that no row jumps) by number.

    The requirement with the number `first` stands first, on whatever page it would be; with
    `only`, a persona's id, the cells of the others are left out.
    """
    with snapshot():
        seen = current_moment(product)
        ranking = read_ranking(
            product,
            only_ranked=False,
            search=search,
            limit=limit,
            offset=(page - 1) * limit,
        )
        rows = sorted(ranking.rows, key=lambda row: row.number) if by_number else ranking.rows
        rows = _with_first(product, rows, first) if first else rows
        personas = in_order(product.personas.all())
        shown = [persona for persona in personas if persona.pk == only] or personas
        given = _given(product, [row.requirement_id for row in rows])
        answered, asked, requirements = count_answered(product, personas)
    return Grid(
        personas=personas,
        rows=[
            GridRow(row, [_cell(row.requirement_id, row.title, who, given, user) for who in shown])
            for row in rows
        ],
        has_more=ranking.has_more,
        answered=answered,
        asked=asked,
        requirements=requirements,
        seen=seen,
        standing=ranking.standing,
    )


def _with_first(product, rows, number):
    asked_for = [row for row in rows if row.number == number]
    if not asked_for:
        pk = product.requirements.open().filter(number=number).values_list("pk", flat=True).first()
        only = {"only_ranked": False, "requirement_ids": [pk]}
        asked_for = read_ranking(product, **only).rows if pk else []
    return asked_for + [row for row in rows if row.number != number]


def _given(product, requirement_ids):
    """(requirement id, persona id) → [(rater id, Given)]."""
    given = defaultdict(list)
    columns = ("requirement", "persona", "rater", "value", "basis", "version", "note", "created_at")
    rows = Rating.objects.filter(product=product, requirement__in=requirement_ids)
    for requirement, persona, rater, *rest in rows.order_by("id").values_list(*columns):
        given[requirement, persona].append((rater, Given(*rest)))
    return given


def _cell(requirement_id, title, persona, given, user):
    cell = Cell(requirement_id, title, persona)
    for rater, one in given.get((requirement_id, persona.pk), ()):
        if rater == user.pk:
            cell.mine = one
        else:
            cell.others.append(one.value)
    return cell


def count_answered(product, personas):
    """(how many of the open requirements' cells anybody filled, how many there are, how many
    requirements are open); of the personas that count."""
    counted = [persona.pk for persona in personas if persona.importance > 0]
    pairs = Rating.objects.filter(
        product=product, persona__in=counted, requirement__status__in=OPEN
    )
    answered = pairs.order_by().values("requirement", "persona").distinct().count()
    requirements = product.requirements.open().count()
    return answered, requirements * len(counted), requirements


def read_states(product, user, requirement_ids):
    """{"requirement.persona": Cell.state} of all cells of these requirements."""
    given = _given(product, requirement_ids)
    personas = list(product.personas.all())
    cells = (_cell(pk, "", persona, given, user) for pk in requirement_ids for persona in personas)
    return {cell.at: cell.state for cell in cells}


def current_moment(product):
    """What is visible now, as text that `changed_since` takes: the version of the scores, and the
    changes that wait for their scores."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT COALESCE((SELECT max(version) FROM prioritisation_scoringrun
                             WHERE product_id = %(product)s), 0),
                ARRAY(SELECT DISTINCT change_id FROM prioritisation_productchange
                      WHERE product_id = %(product)s LIMIT %(most)s)
            """,
            {"product": product.pk, "most": MOST_WAITING + 1},
        )
        version, waiting = cursor.fetchone()
    # Those that aren't named are told again, until they have their scores.
    named = waiting if len(waiting) <= MOST_WAITING else []
    return f"{version}:{','.join(map(str, named))}"


def changed_since(product, moment):
    """Ids of the requirements of which a rating was given, changed or withdrawn since `moment`;
    None where `moment` is none of this product.

    By the changes that runs took in or that wait for one, not by time: a transaction that began
    before and was committed after it is among them.
    """
    if not MOMENT.fullmatch(moment):
        return None
    version, _, named = moment.partition(":")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH new (id) AS (
                SELECT unnest(cause_change_ids) FROM prioritisation_scoringrun
                WHERE product_id = %(product)s AND version > %(version)s
                UNION
                SELECT change_id FROM prioritisation_productchange WHERE product_id = %(product)s
                EXCEPT
                SELECT unnest(%(named)s::bigint[])
            )
            SELECT array_agg(DISTINCT requirement_id) FROM {Rating.pgh_event_model._meta.db_table}
            WHERE product_id = %(product)s AND pgh_change_id IN (SELECT id FROM new)
            """,  # noqa: S608 - a table's name
            {
                "product": product.pk,
                "version": int(version),
                "named": [int(one) for one in named.split(",") if one],
            },
        )
        return cursor.fetchone()[0] or []


def scores_since(product, version):
    """{requirement id: its score in words} of those that a run after `version` changed."""
    rows = Score.objects.filter(product=product, run__version__gt=version)
    return {
        pk: points(score) if ranked else NONE
        for pk, score, ranked in rows.values_list("requirement", "score", "ranked")
    }
