"""Between which releases each item may come: what follows from pins, musts and needs alone."""

from prioritisation.planning.conflicts import Conflict
from prioritisation.planning.problem import Problem


class Windows:
    """When each item may come, from pins, musts and needs; and where no time is left, why."""

    def __init__(self, problem: Problem, needs: list[list[int]], order: list[int]) -> None:
        self.problem, self.needs, self.order = problem, needs, order
        count, last = len(problem.items), len(problem.capacities) - 1
        self.conflicts: list[Conflict] = []
        self.demanded = [False] * count
        self.earliest, self.latest = [0] * count, [last] * count
        # Whose pin or must is behind a window's beginning and end.
        self.begins, self.ends = list(range(count)), list(range(count))
        self.pinned: dict[int, int] = {}
        self._pin()
        self._demand()
        self._carry()
        if not self.conflicts:
            self._compare()

    def _pin(self) -> None:
        for key, place in self.problem.pins:
            rank = self.problem.place_of[key]
            if self.pinned.setdefault(rank, place) != place:
                releases = tuple(sorted((place, self.pinned[rank])))
                self.conflicts.append(Conflict("pinned twice", (key,), releases))
            self.earliest[rank] = place

    def _demand(self) -> None:
        for rank, item in enumerate(self.problem.items):
            due = [d for d in (item.must_by, self.pinned.get(rank)) if d is not None]
            if due:
                self.demanded[rank] = True
                self.latest[rank] = min(self.latest[rank], *due)
            if item.must_by is not None and (item.must_by < 0 or self.latest[rank] < 0):
                self.conflicts.append(Conflict("too early", (item.key,)))

    def _carry(self) -> None:
        """What needs a thing comes no earlier; what a demanded thing needs comes no later."""
        blocked = len(self.problem.capacities)
        for rank in self.order:
            if self.problem.items[rank].effort is None and rank not in self.pinned:
                self.earliest[rank] = blocked
            for need in self.needs[rank]:
                if self.earliest[need] > self.earliest[rank]:
                    self.earliest[rank] = self.earliest[need]
                    self.begins[rank] = self.begins[need]
        for rank in reversed(self.order):
            for need in self.needs[rank] if self.demanded[rank] else ():
                if not self.demanded[need] or self.latest[rank] < self.latest[need]:
                    self.latest[need] = self.latest[rank]
                    self.ends[need] = self.ends[rank]
                self.demanded[need] = True

    def _compare(self) -> None:
        told = set()
        for rank in range(len(self.demanded)):
            if not self.demanded[rank] or self.earliest[rank] <= self.latest[rank]:
                continue
            due, late = self.ends[rank], self.begins[rank]
            if (due, late) not in told:
                told.add((due, late))
                self.conflicts.append(self._conflict(due, late))

    def _conflict(self, due: int, late: int) -> Conflict:
        items = self.problem.items
        keys = (items[due].key,) if due == late else (items[due].key, items[late].key)
        if late not in self.pinned:
            return Conflict("no effort", keys)
        return Conflict("needs a later one", keys, (self.latest[due], self.earliest[late]))


def in_order(needs: list[list[int]]) -> tuple[list[int], list[int]]:
    """(items, each after what it needs; []), or ([], the items of a circle, each needing the
    next). Of two that may come next, the better ranked comes first."""
    state = [0] * len(needs)  # 0: not seen, 1: on the way to it, 2: done
    order: list[int] = []
    for root in range(len(needs)):
        # A stack of our own: a thousand needs in a row are more than Python's.
        way = [root] if state[root] == 0 else []
        while way:
            rank = way[-1]
            state[rank] = 1
            todo = next((need for need in needs[rank] if state[need] != 2), None)
            if todo is None:
                state[rank] = 2
                order.append(way.pop())
            elif state[todo] == 1:
                return [], way[way.index(todo) :]
            else:
                way.append(todo)
    return order, []
