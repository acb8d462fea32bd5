"""Of plans that are worth the same, the one that is easier to defend."""

from collections.abc import Iterator, Sequence

from prioritisation.planning.formulation import Floor
from prioritisation.planning.instance import Instance, Places

#: An item tries to change places with so many of the same value before it stays where it is.
MAX_TRIES = 20


def tidy(instance: Instance, floors: Sequence[Floor], places: Places) -> Places:
    """Without what is worth nothing and nothing needs; and where two items of the same value may
    change places, the better ranked comes first. The plan is worth what it was."""
    tidied = _Tidied(instance, floors, _without_idle(instance, floors, places))
    for ranks in _of_the_same_value(instance):
        for better, rank in enumerate(ranks):
            tidied.bring_forward(rank, ranks[better + 1 :])
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

    def bring_forward(self, rank: int, others: Sequence[int]) -> None:
        """Give the item the place of one of `others` that comes earlier, if one may give way."""
        earlier = [other for other in others if self._at(other) < self._at(rank)]
        # Of those in the earliest release, the worst ranked gives way.
        earlier.sort(key=lambda other: (self._at(other), -other))
        for other in earlier[:MAX_TRIES]:
            self._swap(rank, other)
            if self._holds(rank, other):
                return
            self._swap(rank, other)

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
