"""A ranking as a file for spreadsheets. Pure."""

import csv
import io

from prioritisation.presentation.charts.bars import in_order
from prioritisation.presentation.formatting import UNIT
from products.spreadsheets import harmless

COLUMNS = (
    "rank",
    "effort_rank",
    "key",
    "title",
    "status",
    "score",
    "low",
    "high",
    "reach",
    "answered",
    "effort",
    "value_for_effort",
    "must_reason",
    "must_by",
    "tags",
    "flags",
    "external_id",
)


def csv_of(ranking, rows):
    """The rows (an iterable of selectors.Row) of a Ranking, with a column `adds:NAME` for each
    counted persona."""
    personas = in_order(ranking.personas)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([*COLUMNS, *(f"adds:{persona.name}" for persona in personas)])
    for row in rows:
        writer.writerow([*_fields(row), *_adds(row, personas)])
    # With a mark, or Excel reads UTF-8 as Latin-1.
    return "\ufeff" + file.getvalue()


def _fields(row):
    rated = row.score is not None and bool(row.answered)
    return [
        row.rank,
        row.effort_rank,
        row.key,
        harmless(row.title),
        row.status,
        *(_points(value if rated else None) for value in (row.score, row.low, row.high)),
        round(row.reach, 4) if rated else None,
        round(row.answered, 4) if rated else None,
        row.effort,
        None if row.value_for_effort is None else round(row.value_for_effort, 4),
        row.must_reason,
        row.must_by,
        harmless(", ".join(row.tags)),
        ", ".join(row.flags),
        harmless(row.external_id),
    ]


def _adds(row, personas):
    return [_points(row.contributions.get(persona.id)) for persona in personas]


def _points(ten_thousandths):
    return None if ten_thousandths is None else ten_thousandths / UNIT
