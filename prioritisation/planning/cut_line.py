"""The cut line: what the first open release holds, without a solver."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from prioritisation.planning.problem import Key, Number, exact
from prioritisation.presentation.formatting import amount


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open requirement."""

    key: Key
    effort: Number | None
    needs: tuple[Key, ...] = ()
    """Among the candidates; what is shipped isn't named."""
    planned: bool = False
    """Into the first open release, or being built."""
    must: bool = False
    elsewhere: bool = False
    """Planned into a later release: not into this one."""
    wanted: bool = True
    """Its score is above nought; else it comes only where it is needed."""


@dataclass(frozen=True, slots=True)
class Left:
    """One that doesn't fit, and why: its effort, with what it needs beside, exceeds what is left;
    or it needs one that is planned for later."""

    key: Key
    takes: float
    room: float
    with_it: tuple[Key, ...]
    """What it needs and isn't in the release yet, in order of rank."""
    waits_for: Key | None


@dataclass(frozen=True, slots=True)
class CutLine:
    inside: tuple[Key, ...]
    """Planned or being built, then must do, then by rank; each after what it brought with it."""
    used: float
    over: float
    """By how much what is planned and must do exceeds the capacity; 0: it fits."""
    first_left: Left | None
    """By rank."""
    smaller: tuple[Key, ...]
    """Of those below it, by rank, what does fit; they are inside."""
    without_effort: tuple[Key, ...]
    """Inside, and counted as nothing for want of an effort."""
    late_needs: tuple[tuple[Key, Key], ...]
    """(planned or must do, what it needs but is planned for later)."""


def cut_line(candidates: Sequence[Candidate], capacity: Number | None) -> CutLine:
    """`candidates` in order of rank; without a capacity everything wanted fits."""
    release = _Release(candidates, capacity)
    for chosen in (
        [each for each in candidates if each.planned],
        [each for each in candidates if each.must and not each.planned and not each.elsewhere],
    ):
        for each in chosen:
            release.commit(each)
    over = max(-release.room, 0)
    first_left: Left | None = None
    smaller: list[Key] = []
    for each in candidates:
        if not each.wanted or each.elsewhere or each.key in release.inside:
            continue
        fits = release.take(each)
        if fits and first_left:
            smaller.append(each.key)
        elif not fits and not first_left:
            first_left = release.why_not(each)
    return CutLine(
        inside=tuple(release.inside),
        used=float(release.used),
        over=float(over),
        first_left=first_left,
        smaller=tuple(smaller),
        without_effort=tuple(k for k in release.inside if release.by_key[k].effort is None),
        late_needs=tuple(release.late_needs),
    )


def why_left(left: Left, title: Callable[[Key], str]) -> str:
    """“Sign-on” takes 8 with “Roles”, which it needs; 5 is left."""
    name = f"“{title(left.key)}”"
    if left.waits_for is not None:
        return f"{name} needs “{title(left.waits_for)}”, which is planned for later."
    beside = ""
    if left.with_it:
        more = len(left.with_it) - 1
        beside = f" with “{title(left.with_it[0])}”{f' and {more} more' if more else ''}"
        beside += ", which it needs"
    # What is full has nothing left, however much too much is in it.
    return f"{name} takes {amount(left.takes)}{beside}; {amount(max(left.room, 0))} is left."


class _Release:
    def __init__(self, candidates: Sequence[Candidate], capacity: Number | None) -> None:
        self.by_key = {each.key: each for each in candidates}
        self.effort = {each.key: exact(each.effort or 0) for each in candidates}
        self.rank = {each.key: rank for rank, each in enumerate(candidates)}
        self.capacity = None if capacity is None else exact(capacity, "A capacity")
        self.used = Fraction(0)
        self.inside: dict[Key, None] = {}
        self.late_needs: list[tuple[Key, Key]] = []

    @property
    def room(self) -> Fraction | float:
        return float("inf") if self.capacity is None else self.capacity - self.used

    def commit(self, each: Candidate) -> None:
        """It comes, with what it needs, even where that is too much."""
        bundle, late = self._bundle(each)
        self.late_needs += [(each.key, key) for key in late]
        self._put(bundle)

    def take(self, each: Candidate) -> bool:
        """Whether it comes, with what it needs."""
        bundle, late = self._bundle(each, enough=self.room)
        if late or self._effort(bundle) > self.room:
            return False
        self._put(bundle)
        return True

    def why_not(self, each: Candidate) -> Left:
        bundle, late = self._bundle(each)
        return Left(
            key=each.key,
            takes=float(self._effort(bundle)),
            room=float(self.room),
            with_it=tuple(sorted((k for k in bundle if k != each.key), key=self.rank.__getitem__)),
            waits_for=late[0] if late else None,
        )

    def _bundle(
        self, each: Candidate, enough: Fraction | float = float("inf")
    ) -> tuple[list[Key], list[Key]]:
        """What isn't inside yet of it and its needs, each after what it needs; and what of that
        is planned for later, and so can't come. Some of it, where that takes more than `enough`:
        a thousand that need the same thousand are told apart from what fits in no time."""
        bundle: list[Key] = []
        late: list[Key] = []
        seen: set[Key] = set()
        takes = Fraction(0)
        # The second time that one is met all that it needs has been put before it.
        todo = [(each.key, False)]
        while todo:
            key, met = todo.pop()
            if met:
                bundle.append(key)
            elif key not in seen and key not in self.inside:
                seen.add(key)
                if self.by_key[key].elsewhere:
                    late.append(key)
                    continue
                takes += self.effort[key]
                if takes > enough:
                    return [*seen], late
                todo.append((key, True))
                needs = sorted(self.by_key[key].needs, key=self.rank.__getitem__, reverse=True)
                todo += [(need, False) for need in needs]
        return bundle, sorted(late, key=self.rank.__getitem__)

    def _put(self, bundle: Sequence[Key]) -> None:
        self.used += self._effort(bundle)
        self.inside |= dict.fromkeys(bundle)

    def _effort(self, bundle: Sequence[Key]) -> Fraction:
        return sum((self.effort[key] for key in bundle), Fraction(0))
