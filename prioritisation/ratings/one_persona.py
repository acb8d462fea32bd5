"""One persona at a time: its cells as a list, missing first, a screenful or two at a time. Pure."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from prioritisation.ratings.grid import ROWS_A_PAGE

AT_A_TIME = 25
LISTS_A_GRID = ROWS_A_PAGE // AT_A_TIME


@dataclass(frozen=True, slots=True)
class Turn:
    """Which part of the list is asked for."""

    page: int = 1
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When one began. What was answered later keeps its place among the missing: else the second
    page would begin 25 missing ones too far."""

    @property
    def of_the_grid(self):
        """The page of the grid from which the list is cut."""
        return (self.page - 1) // LISTS_A_GRID + 1


@dataclass(frozen=True, slots=True)
class List:
    cells: list
    done: int
    of: int
    before: str
    after: str
    """Queries of the neighbouring parts, empty at the ends."""


def turn(grid, persona, asked, first=None):
    """The List of the persona's cells that is asked for; the requirement `first` leads it."""
    rows = [(row.requirement, cell) for row in grid.rows for cell in row.cells]
    mine = [(row, cell) for row, cell in rows if cell.persona is persona]
    mine.sort(key=lambda one: (one[0].number != first, _was_answered(one[1], asked.since)))
    cells = [cell for _row, cell in mine]
    start = (asked.page - 1) % LISTS_A_GRID * AT_A_TIME

    def query(page):
        since = int(asked.since.timestamp() * 1000)
        return f"persona={persona.pk}&page={page}&since={since}"

    more = start + AT_A_TIME < len(cells) or grid.has_more
    return List(
        cells=cells[start : start + AT_A_TIME],
        done=sum(cell.mine is not None for cell in cells),
        of=len(cells),
        before=query(asked.page - 1) if asked.page > 1 else "",
        after=query(asked.page + 1) if more else "",
    )


def _was_answered(cell, since):
    return cell.mine is not None and cell.mine.created_at < since
