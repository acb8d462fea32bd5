"""Of plans that are worth the same, the one that is easier to defend."""

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from itertools import islice, takewhile

from prioritisation.planning.formulation import Floor
from prioritisation.planning.instance import Instance, Places

#: An item tries to change places with so many of the same value before it stays where it is.
MAX_TRIES = 20


def tidy(instance: Instance, floors: Sequence[Floor], places: Places) -> Places:
    """Without what is worth nothing and nothing needs; and where two items of the same value may
    change places, the better ranked comes first. The plan is worth what it was."""
    tidied = _Tidied(instance, floors, _without_idle(instance, floors, places))
    for ranks in _of_the_same_value(instance):
        tidied.put_in_order(ranks)
    return tidied.places


def _without_idle(instance: Instance, floors: Sequence[Floor], places: Places) -> Places:
    wanted = instance.closed(
        rank
        for rank, place in enumerate(places)
        if place is not None
        and (
            instance.demanded[rank]
            or instance.value[rank]
            or any(floor.gains[rank] for floor in floors)
        )
    )
    return [place if wanted[rank] else None for rank, place in enumerate(places)]


def _of_the_same_value(instance: Instance) -> Iterator[list[int]]:
    alike: dict[int, list[int]] = {}
    for rank, value in enumerate(instance.value):
        if value and instance.earliest[rank] <= instance.latest[rank]:
            alike.setdefault(value, []).append(rank)
    yield from alike.values()


class _Tidied:
    def __init__(self, instance: Instance, floors: Sequence[Floor], places: Places) -> None:
        self.instance, self.floors, self.places = instance, floors, places
        self.room = instance.room(places)
        self.over = [instance.worth(places, floor.gains) - floor.least for floor in floors]
        self.weights = instance.weights
        self.needed_by: list[list[int]] = [[] for _item in places]
        for rank, needs in enumerate(instance.needs):
            for need in needs:
                self.needed_by[need].append(rank)

    def put_in_order(self, ranks: Sequence[int]) -> None:
        """`ranks`, ascending: items of the same value."""
        inside: list[list[int]] = [[] for _place in range(self.instance.releases + 1)]
        for rank in ranks:
            inside[self._at(rank)].append(rank)
        for rank in ranks:
            was = self._at(rank)
            other = self._that_gives_way(rank, inside)
            if other is not None:
                for each, before, now in (
                    (rank, was, self._at(rank)),
                    (other, self._at(rank), was),
                ):
                    del inside[before][bisect_left(inside[before], each)]
                    insort(inside[now], each)

    def _that_gives_way(self, rank: int, inside: Sequence[Sequence[int]]) -> int | None:
        """Give the item the place of a worse ranked one that is earlier, if one may give way: of
        those in the earliest release, the worst ranked. `inside`: by release, ascending."""
        earlier = (
            other
            for place in range(self._at(rank))
            for other in takewhile(lambda other: other > rank, reversed(inside[place]))
        )
        for other in islice(earlier, MAX_TRIES):
            self._swap(rank, other)
            if self._holds(rank, other):
                return other
            self._swap(rank, other)
        return None

    def _at(self, rank: int) -> int:
        place = self.places[rank]
        return self.instance.releases if place is None else place

    def _swap(self, rank: int, other: int) -> None:
        self._count(rank, -1)
        self._count(other, -1)
        self.places[rank], self.places[other] = self.places[other], self.places[rank]
        self._count(rank, 1)
        self._count(other, 1)

    def _count(self, rank: int, sign: int) -> None:
        place = self.places[rank]
        if place is not None:
            self.room[place] -= sign * self.instance.effort[rank]
            for index, floor in enumerate(self.floors):
                self.over[index] += sign * floor.gains[rank] * self.weights[place]

    def _holds(self, rank: int, other: int) -> bool:
        touched = {rank, other, *self.needed_by[rank], *self.needed_by[other]}
        return (
            min(self.room) >= 0
            and min(self.over, default=0) >= 0
            and all(self.instance.fits_its_neighbours(each, self.places) for each in touched)
        )
