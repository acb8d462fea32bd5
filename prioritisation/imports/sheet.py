"""A sheet of requirements and ratings as text, CSV or pasted from a spreadsheet (pure).

    external_id, title, description, status, decision, effort, tags, must_reason,
    rating:PERSONA NAME, …

One row a requirement, one `rating:` column a persona; the name alone will do for a persona that
is known. Columns may stand in any order and be left out; a row needs a title or an external_id.
A blank cell says nothing (not rated, not changed); 0 in a rating is an answer: doesn't care.
Docs: docs/import.md.
"""

import csv
import io
import re
from dataclasses import dataclass

from prioritisation.ratings import cell_parsers
from prioritisation.ratings.cell_parsers import CellError

FIELDS = {
    "external_id": cell_parsers.external_id,
    "title": cell_parsers.title,
    "description": cell_parsers.description,
    "status": cell_parsers.status,
    "decision": cell_parsers.decision,
    "effort": cell_parsers.effort,
    "tags": cell_parsers.tags,
    "must_reason": cell_parsers.must_reason,
}
RATING = "rating:"
DELIMITERS = "\t;,"
MOST_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class RowError:
    """`row` counts as a spreadsheet does: the header is row 1."""

    row: int
    column: str
    message: str

    def __str__(self):
        return f"Row {self.row}{self.column and f', {self.column}'}: {self.message}"


class SheetError(Exception):
    """The text can't be imported. `errors`: every RowError that was found, by row."""

    def __init__(self, errors):
        self.errors = sorted(errors, key=lambda error: error.row)
        super().__init__("\n".join(map(str, self.errors)))


@dataclass(frozen=True, slots=True)
class SheetRow:
    row: int
    fields: dict
    """Only what the row says: no key for a blank cell or a column that isn't there."""
    ratings: dict
    """Persona name, as in the header → −5…5."""


@dataclass(frozen=True, slots=True)
class Sheet:
    personas: tuple
    rows: tuple


def decode(data):
    """The text of a file's bytes: UTF-8, or UTF-16 with its byte order mark; else SheetError."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        advice = "this isn't UTF-8. Save the sheet as “CSV UTF-8”."
        raise SheetError([RowError(row, "", advice)]) from None


def is_sheet(text):
    """Whether the text begins with a header, and so isn't a plain list of titles."""
    header = text.lstrip("\ufeff").split("\n", 1)[0].strip().lower()
    names = {name.strip(' "') for name in re.split("[\t;,]", header)}
    return bool(names & {"title", "external_id"})


def parse(text, *, from_scale=None, personas=()):
    """The Sheet in the text; raises SheetError with all that is wrong with it.

    With `from_scale` (low, high) ratings are read on that scale, see `cells.rescaled`. A column
    with the name of one of `personas`, and not of a field, holds that one's ratings.
    """
    records = _records(text.removeprefix("\ufeff"))
    if not records:
        raise SheetError([RowError(1, "", "there is no header.")])
    (_row, header), *body = records
    errors = []
    names = _whole_names(header, personas)
    columns = _columns(names, cell_parsers.rating_reader(from_scale), errors)
    if errors:  # every row would be wrong in the same way
        raise SheetError(errors)
    if len(body) > MOST_ROWS:
        raise SheetError([RowError(MOST_ROWS + 2, "", f"more than {MOST_ROWS:,} rows.")])
    rows = tuple(_row_of(number, record, columns, errors) for number, record in body)
    _find_twins(rows, errors)
    if errors:
        raise SheetError(errors)
    personas = tuple(name for kind, name, _read in columns if kind == RATING)
    return Sheet(personas, rows)


def _records(text):
    """[(row number, cells)] of the rows that aren't blank, by the delimiter of the header."""
    nul = text.find("\0")
    if nul >= 0:
        row = text.count("\n", 0, nul) + 1
        raise SheetError([RowError(row, "", "there is a NUL byte; this isn't a text file.")])
    records, row = [], 0
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
        for row, record in enumerate(reader, start=1):
            if any(cell.strip() for cell in record):
                records.append((row, record))
    except csv.Error as error:
        raise SheetError([RowError(row + 1, "", _malformed(error))]) from None
    return records


def _malformed(error):
    if "field limit" in str(error):
        return f"a cell is longer than {csv.field_size_limit():,} characters."
    if "unexpected end" in str(error):
        return 'a quote (") is opened here and never closed.'
    return f"this isn't well-formed CSV ({error})."


def _delimiter(text):
    """The one that gives the header the most columns that we know."""
    header = next((line for line in text.splitlines() if line.strip()), "").lower()

    def known(delimiter):
        names = [name.strip(' "') for name in header.split(delimiter)]
        return sum(name in FIELDS or name.startswith(RATING) for name in names)

    return max(DELIMITERS, key=known)


def _whole_names(header, personas):
    """The columns' names, with RATING where people wrote the name of a persona alone."""
    known = {name.casefold() for name in personas} - FIELDS.keys()
    names = map(str.strip, header)
    return [f"{RATING}{name}" if name.casefold() in known else name for name in names]


def _columns(names, read_rating, errors):
    """[(field name or RATING, persona name or "", its reader)] in the sheet's order."""
    columns, seen = [], set()
    for name in names:
        kind, persona, read = name.lower(), "", None
        if kind.startswith(RATING):
            kind, persona, read = RATING, name[len(RATING) :].strip(), read_rating
        else:
            read = FIELDS.get(kind)
        if read is None or (kind == RATING and not persona):
            known = ", ".join([*FIELDS, "rating:PERSONA NAME"])
            errors.append(RowError(1, "", f"no column is called “{name[:60]}”; known: {known}."))
        elif (kind, persona) in seen:
            errors.append(RowError(1, name, "this column is there twice."))
        seen.add((kind, persona))
        columns.append((kind, persona, read))
    if not seen & {("title", ""), ("external_id", "")}:
        errors.append(RowError(1, "", "there is no column “title”."))
    return columns


def _row_of(number, record, columns, errors):
    fields, ratings = {}, {}
    if len(record) > len(columns):
        message = f"{len(record)} cells under {len(columns)} columns."
        errors.append(RowError(number, "", message))
    for (kind, persona, read), cell in zip(columns, map(str.strip, record), strict=False):
        if not cell:
            continue
        try:
            value = read(cell)
        except CellError as error:
            errors.append(RowError(number, f"{kind}{persona}", str(error)))
            continue
        if kind == RATING:
            ratings[persona] = value
        else:
            fields[kind] = value
    filled = {kind for (kind, _, _), cell in zip(columns, record, strict=False) if cell.strip()}
    if not filled & {"title", "external_id"}:
        errors.append(RowError(number, "title", "a row needs a title."))
    return SheetRow(number, fields, ratings)


def _find_twins(rows, errors):
    """Two rows for one requirement: the same external_id or, without one, the same title."""
    first = {}
    for row in rows:
        column = "external_id" if "external_id" in row.fields else "title"
        name = row.fields.get(column)
        earlier = first.setdefault((column, name), row.row)
        if name is not None and earlier != row.row:
            errors.append(RowError(row.row, column, f"“{name}” is in row {earlier} already."))
