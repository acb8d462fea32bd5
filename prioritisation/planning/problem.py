"""What the planner is asked. Whatever can't be meant is a ValueError."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import isfinite
from numbers import Integral

Key = Hashable
Group = Hashable
Number = int | float | Decimal | Fraction


@dataclass(frozen=True, slots=True)
class Item:
    """A requirement that is neither shipped nor closed."""

    key: Key
    value: int
    """Its score in ten-thousandths, as it is stored; what is negative counts as 0."""
    effort: Number | None
    """≥ 0, in the unit of the capacities. None: unknown, so nobody can plan it."""
    needs: tuple[Key, ...] = ()
    """What must be in the same or an earlier release. What is shipped already isn't named."""
    must_by: int | None = None
    """The place of the last release that is early enough, −1 where none is; None: no must."""
    gains: Mapping[Group, int] = field(default_factory=dict)
    """What it is worth to each group (persona), in ten-thousandths; may be negative."""


@dataclass(frozen=True)
class Problem:
    """Items in order of rank, and what each release holds. A release's place counts from 0."""

    items: Sequence[Item]
    capacities: Sequence[Number | None]
    """By release, in order; None holds anything."""
    pins: Sequence[tuple[Key, int]] = ()
    """(item, place) as people planned it."""
    protected: Sequence[Group] = ()
    """Whom `share` is about: the counted end users."""
    share: Number | None = None
    """Nobody left out: the part, 0…1, of the most that each of `protected` could gain."""

    def __post_init__(self) -> None:
        keys = set(self.place_of)
        if len(keys) < len(self.items):
            raise ValueError("A key stands for two items.")
        for item in self.items:
            _check(item, keys)
        for capacity in self.capacities:
            if capacity is not None:
                exact(capacity, "A capacity")
        for key, place in self.pins:
            if key not in keys:
                raise ValueError(f"{key!r} is pinned, but isn't among the items.")
            if not 0 <= place < len(self.capacities):
                raise ValueError(f"{key!r} is pinned to a release that there isn't: {place}.")
        if self.share is not None and not 0 <= self.share <= 1:
            raise ValueError(f"A share is from 0 to 1, not {self.share}.")

    @cached_property
    def place_of(self) -> dict[Key, int]:
        """Key → the item's place in the order of rank, from 0."""
        return {item.key: rank for rank, item in enumerate(self.items)}

    def with_must(self, key: Key) -> "Problem":
        """The same, but the item `key` must be done, in whatever release; or KeyError."""
        items, rank = list(self.items), self.place_of[key]
        if items[rank].must_by is None:
            items[rank] = replace(items[rank], must_by=len(self.capacities) - 1)
        return replace(self, items=items)


def place_by(day: date, ends: Sequence[date | None]) -> int:
    """`Item.must_by` of what must be done by a day: the last release that has ended by then, −1
    where none has. One without an end is out when the next that has one is; where none has an
    end, any is early enough."""
    known = [place for place, end in enumerate(ends) if end is not None]
    early = [place for place in known if (end := ends[place]) is not None and end <= day]
    if not known:
        return len(ends) - 1
    return max(early, default=-1)


def exact(number: Number, what: str = "An effort") -> Fraction:
    """The number as it is written: 0.1 is a tenth, so that 0.1 and 0.2 fit into 0.3."""
    if isinstance(number, (float, Decimal)) and not isfinite(number):
        raise ValueError(f"{what} must be finite, not {number}.")
    # A float's repr is the shortest decimal that stands for it; numpy's own repr isn't one.
    # An integer of numpy's own would overflow in what is worked out of it.
    whole = int(number) if isinstance(number, Integral) else number
    fraction = Fraction(repr(float(number))) if isinstance(number, float) else Fraction(whole)
    if fraction < 0:
        raise ValueError(f"{what} can't be negative, as {number} is.")
    return fraction


def _check(item: Item, keys: set[Key]) -> None:
    if item.effort is not None:
        exact(item.effort)
    for number in (item.value, *item.gains.values()):
        if int(number) != number:
            raise ValueError(f"{item.key!r} has a value that isn't whole: {number}.")
    for need in item.needs:
        if need not in keys:
            raise ValueError(f"{item.key!r} needs {need!r}, which isn't among the items.")
