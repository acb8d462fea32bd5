"""What a preview would move: how many requirements, and which most. Pure."""

from dataclasses import dataclass

from prioritisation.presentation.formatting import NONE, number

SHOWN = 4


@dataclass(frozen=True, slots=True)
class Move:
    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Moves:
    count: int
    most: list
    """Those that move farthest, in their new order."""

    @property
    def words(self):
        return f"{number(self.count)} would move" if self.count else "The order stays as it is"


def moves_of(rows, *, by_effort=False):
    """Moves of rows that know where they `was`, by rank or by rank of value for effort."""
    moved = []
    for row in rows:
        before, after = _place(row.was, by_effort), _place(row, by_effort)
        if before != after:
            moved.append((_far(before, after), after or float("inf"), row, before))
    farthest = sorted(moved, key=lambda one: (-one[0], one[1], one[2].number))[:SHOWN]
    farthest.sort(key=lambda one: (one[1], one[2].number))
    most = [Move(row.title, _words(before), _words(_place(row, by_effort)))
            for _far, _after, row, before in farthest]  # fmt: skip
    return Moves(len(moved), most)


def _place(row, by_effort):
    return row.effort_rank if by_effort else row.rank


def _far(before, after):
    return abs(before - after) if before and after else float("inf")


def _words(place):
    return NONE if place is None else number(place)
