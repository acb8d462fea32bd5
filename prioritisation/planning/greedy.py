"""What one would plan without a solver: first what is demanded, then by some order what fits.

An item comes with everything it needs, each into the first release that has room for it, or not
at all; what is worth nothing comes only where something needs it.
"""

from collections.abc import Iterable
from fractions import Fraction

from prioritisation.planning.instance import Instance, Places


def by_rank(instance: Instance) -> list[int]:
    return list(range(len(instance.keys)))


def by_value_for_effort(instance: Instance) -> list[int]:
    """What takes no effort first; of the same ratio, the better ranked."""
    ratios = [
        Fraction(value, effort) if effort else None
        for value, effort in zip(instance.value, instance.effort, strict=True)
    ]
    return sorted(
        by_rank(instance), key=lambda rank: (ratios[rank] is not None, -(ratios[rank] or 0))
    )


def fill(instance: Instance, order: Iterable[int], base: Places | None = None) -> Places | None:
    """Places in this order; None where what is demanded doesn't fit that way.

    `base`: where what is demanded is to be; else each goes where it fits first, by what is due
    first, then by rank.
    """
    plan = _Plan(instance)
    if not plan.take_demanded(base):
        return None
    for rank in order:
        if instance.value[rank] and plan.places[rank] is None:
            plan.take(rank)
    return plan.places


class _Plan:
    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.places: Places = [None] * len(instance.keys)
        self.room = instance.room(self.places)
        self.hopeless = self._hopeless()
        self._at = [0] * len(instance.keys)
        for place, rank in enumerate(instance.order):
            self._at[rank] = place

    def _hopeless(self) -> list[bool]:
        """By item: it can't be planned, or it and some needs in a row take more than there is.

        Room shrinks at least as fast as what an item still needs: too much stays too much."""
        instance, most = self.instance, sum(self.room)
        takes = [0] * len(self.places)
        for rank in instance.order:
            deepest = max((takes[need] for need in instance.needs[rank]), default=0)
            takes[rank] = instance.effort[rank] + deepest
        return [
            instance.earliest[rank] > instance.latest[rank] or takes[rank] > most
            for rank in range(len(takes))
        ]

    def take_demanded(self, base: Places | None) -> bool:
        instance = self.instance
        demanded = [rank for rank, demanded in enumerate(instance.demanded) if demanded]
        for rank in demanded:
            # Pinned, or without a choice: the place is kept before others look for room.
            if base or instance.earliest[rank] == instance.latest[rank]:
                self._put(rank, base[rank] if base else instance.latest[rank])
        if min(self.room, default=0) < 0:
            return False
        rest = [rank for rank in demanded if self.places[rank] is None]
        return all(
            self.places[rank] is not None or self.take(rank)
            for rank in sorted(rest, key=lambda rank: instance.latest[rank])
        )

    def take(self, rank: int) -> bool:
        """Place the item and what it needs, or nothing."""
        bundle = self._bundle(rank)
        taken = []
        for each in bundle or ():
            place = self._first_that_fits(each)
            if place is None:
                break
            self._put(each, place)
            taken.append(each)
        else:
            return bundle is not None
        for each in taken:
            self._put(each, None)
        return False

    def _bundle(self, rank: int) -> list[int] | None:
        """What isn't planned yet of the item and its needs, each after what it needs; None where
        it takes more than there is."""
        most = sum(self.room)
        bundle, todo, takes = {rank}, [rank], 0
        while todo:
            each = todo.pop()
            takes += self.instance.effort[each]
            if self.hopeless[each] or takes > most:
                self.hopeless[rank] = True
                return None
            for need in self.instance.needs[each]:
                if self.places[need] is None and need not in bundle:
                    bundle.add(need)
                    todo.append(need)
        return sorted(bundle, key=lambda each: self._at[each])

    def _first_that_fits(self, rank: int) -> int | None:
        instance = self.instance
        # Never None: what it needs is planned, or stands before it in the bundle.
        needed = [self.places[need] or 0 for need in instance.needs[rank]]
        first = max([instance.earliest[rank], *needed])
        return next(
            (
                place
                for place in range(first, instance.latest[rank] + 1)
                if instance.effort[rank] <= self.room[place]
            ),
            None,
        )

    def _put(self, rank: int, place: int | None) -> None:
        """Into a release, or, None, out of the one that it is in."""
        before = self.places[rank]
        if before is not None:
            self.room[before] += self.instance.effort[rank]
        if place is not None:
            self.room[place] -= self.instance.effort[rank]
        self.places[rank] = place
