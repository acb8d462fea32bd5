"""A product's ranking whole: what pages take their groups, counts and parts from.

The arrays of 10,000 scores over 48 personas are two million numbers. As Python's own they took
300 MB and a second; here they stay in numpy, and a row looks up its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from django.db import connection

from prioritisation.pipeline.binary_copy import copy_out
from prioritisation.pipeline.write_scores import ARRAYS
from prioritisation.presentation.charts.bars import LEAST_LOST
from prioritisation.scoring.formula import UNIT
from prioritisation.selectors.ranking_sql import FOUND, whole_query
from prioritisation.selectors.rankings import Ranking, Row, flag, snapshot, standing_and_personas
from products.searching import searchable


class ByPersona(Mapping):
    """A requirement's numbers by persona id, as a dict would have them."""

    __slots__ = ("_columns", "_unit", "_values")

    def __init__(self, columns: dict[int, int], values: np.ndarray, unit: int = 1):
        self._columns, self._values, self._unit = columns, values, unit

    def __getitem__(self, persona_id: int) -> float:
        value = self._values[self._columns[persona_id]].item()
        return value if self._unit == 1 else value / self._unit

    def __iter__(self) -> Iterator[int]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


class OfThoseWhoRated(ByPersona):
    """The same, of the personas whose confidence isn't nought."""

    __slots__ = ("_confidences",)

    def __init__(self, columns, values, unit, confidences):
        super().__init__(columns, values, unit)
        self._confidences = confidences

    def __getitem__(self, persona_id):
        if not self._confidences[self._columns[persona_id]]:
            raise KeyError(persona_id)
        return super().__getitem__(persona_id)

    def __iter__(self):
        return (pk for pk, at in self._columns.items() if self._confidences[at])

    def __len__(self):
        return int(np.count_nonzero(self._confidences))


@dataclass(frozen=True, slots=True)
class Cells:
    """The arrays of scores, each [scores, personas]; `place` is requirement id → row."""

    place: dict
    contributions: np.ndarray
    unrealised: np.ndarray
    means: np.ndarray
    confidences: np.ndarray

    def extents(self):
        """[(sum of gains and of lost value that shows, sum of harm)] in ten-thousandths."""
        gains = np.where(self.contributions > 0, self.contributions, 0).sum(axis=1)
        shown = self.unrealised >= LEAST_LOST * UNIT
        gains += np.where(shown, self.unrealised, 0).sum(axis=1)
        harm = np.where(self.contributions < 0, self.contributions, 0).sum(axis=1)
        return list(zip(gains.tolist(), harm.tolist(), strict=True))


def read_whole(product, *, order="score"):
    """What `read_ranking(product, order=order, statuses=ALL_STATUSES, only_ranked=False)` gives,
    in three statements whatever the size and a tenth of the memory."""
    with snapshot():
        standing, personas, found = found_whole(product, order=order)
        cells = _read_cells(product.pk, len(personas))
    return Ranking(product, standing, personas, rows_over(product, found, cells, personas), False)


def found_whole(product, *, order="score"):
    """(Standing, [PersonaWeight], [values of ranking_query.SCALARS]); within a snapshot."""
    standing, personas = standing_and_personas(product.pk)
    with connection.cursor() as cursor:
        cursor.execute(*whole_query(product, order))
        return standing, personas, cursor.fetchall()


def _read_cells(product_id, personas):
    lengths = " AND ".join(f"cardinality({name}) = {personas}" for name in ARRAYS)
    query = (
        f"SELECT requirement_id, {', '.join(ARRAYS)} FROM prioritisation_score"  # noqa: S608
        f" WHERE product_id = {int(product_id)} AND {lengths}"
    )
    arrays = {name: (kind, personas) for name, kind in ARRAYS.items()}
    with connection.cursor() as cursor:
        rows = copy_out(cursor, query, {"requirement_id": "int8"} | arrays)
    place = {pk: at for at, pk in enumerate(rows["requirement_id"].tolist())}
    arrays = {name: rows[name]["value"].astype(kind) for name, kind in NATIVE.items()}
    return Cells(place, **arrays)


NATIVE = {name: np.int16 if kind == "int2" else np.int32 for name, kind in ARRAYS.items()}


def rows_over(product, found, cells, personas):
    """Rows of values in SCALARS' order, with their arrays in Cells."""
    columns = {persona.id: at for at, persona in enumerate(personas)}
    extents = cells.extents()
    rows, at_cells = [], []
    for values in found:
        at = cells.place.get(values[0])
        row = Row(values[0], values[1], f"{product.key}-{values[1]}", *values[2:])
        if at is not None:
            confidences = cells.confidences[at]
            row.contributions = ByPersona(columns, cells.contributions[at])
            row.unrealised = ByPersona(columns, cells.unrealised[at])
            row.means = OfThoseWhoRated(columns, cells.means[at], UNIT, confidences)
            row.confidences = ByPersona(columns, confidences)
            row.extent = extents[at]
            at_cells.append(at)
        rows.append(row)
    scored = [row for row in rows if row.extent is not None]
    flag(rows, scored, cells.means[at_cells], cells.confidences[at_cells], personas)
    return rows


def ids_found(product, search):
    """Ids of the product's requirements that have what is searched for; None without a search."""
    search = searchable(search)
    if not search:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM products_requirement q"  # noqa: S608 - no value
            f" WHERE product_id = %(product)s AND {FOUND}",
            {"product": product.pk, "search": search},
        )
        return {pk for (pk,) in cursor.fetchall()}
