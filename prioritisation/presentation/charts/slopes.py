"""Several orders of the same requirements side by side, as a slope chart. Pure."""

from dataclasses import dataclass

from prioritisation.presentation.formatting import number, ordinal

#: how many from the top of each order are drawn; each place is so many pixels high
DRAWN, STEP = 12, 40


@dataclass(frozen=True, slots=True)
class Line:
    """From a place in one column to the place in the next; in pixels from the top."""

    y1: int
    y2: int
    tone: str
    """most, some or none: how far it moves."""


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    letter: str
    """What stands for the title where there is no room: A, B, …; none for the first of all, nor
    where there are only two columns."""
    lines: list
    """Lines from the column before; none before the first."""
    places: list
    """(rank, name) from top to bottom."""


@dataclass(frozen=True, slots=True)
class Slopes:
    height: int
    columns: list
    label: str
    """All of it in words."""


def slopes(orders, names, *, most=(), drawn=DRAWN):
    """The Slopes of `orders`, [(title, {id: rank})], among the ids that have a rank in each.

    `names` is {id: (name, number)}: equal ranks stand by number. The ids in `most` are the ones
    to look at.
    """
    shared = set.intersection(*(set(ranks) for _title, ranks in orders))
    sorted_ids = [
        sorted(shared, key=lambda one, ranks=ranks: (ranks[one], names[one][1]))
        for _title, ranks in orders
    ]
    seen = {one for ids in sorted_ids for one in ids[:drawn]}
    columns, before = [], None
    for (title, ranks), ids in zip(orders, sorted_ids, strict=True):
        ids = [one for one in ids if one in seen]
        place = {one: at * STEP + STEP // 2 for at, one in enumerate(ids)}
        places = [(number(ranks[one]), names[one][0]) for one in ids]
        letter = chr(ord("A") + len(columns) - 1) if before and len(orders) > 2 else ""
        columns.append(Column(title, letter, _lines(before, (ranks, place), most), places))
        before = ranks, place
    return Slopes(len(seen) * STEP, columns, _label(orders, sorted_ids[0], seen, names))


def _lines(before, after, most):
    if before is None:
        return []
    (ranks, places), (later, ends) = before, after
    lines = [
        (one in most, Line(y1, ends[one], _tone(one in most, ranks[one] != later[one])))
        for one, y1 in places.items()
    ]
    # Those to look at lie over the others.
    return [line for _is_most, line in sorted(lines, key=lambda pair: pair[0])]


def _tone(is_most, moves):
    return "most" if is_most else "some" if moves else "none"


def _label(orders, ids, seen, names):
    return "; ".join(
        f"{names[one][0]}: "
        + ", ".join(f"{ordinal(ranks[one])} {title}" for title, ranks in orders)
        for one in ids
        if one in seen
    )
