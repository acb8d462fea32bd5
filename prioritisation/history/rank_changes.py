"""Two rankings compared: what rose, fell, came and went. Pure."""

from dataclasses import dataclass

from prioritisation.presentation.formatting import change, number, points

MOST = 100


@dataclass(frozen=True, slots=True)
class Move:
    requirement_id: int
    number: int
    key: str
    title: str
    exists: bool
    way: str
    """up, down, new or gone."""
    by: int
    """Ranks; 0 for what is new or gone."""
    words: str
    """2 → 7, new → 5 or 8 → gone."""
    verb: str
    score: str
    """21.1 → 17.4 (−3.7); only the one there is for what is new or gone."""
    causes: tuple = ()
    """Sentences that say why; none here (looking_back adds them)."""


@dataclass(frozen=True, slots=True)
class Comparison:
    moves: list
    """The largest moves first, MOST at most; then what is new, then what is gone."""
    moved: int
    stayed: int


def compare(before, after, titles):
    """The Comparison of two lists of past.Place; `titles`: id → (title, whether it exists)."""
    then = {place.requirement_id: place for place in before}
    now = {place.requirement_id: place for place in after}
    moves = [
        move
        for pk in now.keys() | then.keys()
        if (move := _move(then.get(pk), now.get(pk), titles)) is not None
    ]
    order = {"up": 0, "down": 0, "new": 1, "gone": 2}
    moves.sort(key=lambda move: (order[move.way], -move.by, move.number))
    return Comparison(moves[:MOST], len(moves), len(now.keys() & then.keys()) - _both(moves))


def _both(moves):
    return sum(move.way in ("up", "down") for move in moves)


def _move(then, now, titles):
    place = now or then
    if then and now and then.rank == now.rank:
        return None
    title, exists = titles.get(place.requirement_id, (place.key, False))
    if then and now:
        way, verb = ("up", "rose") if now.rank < then.rank else ("down", "fell")
        words = f"{number(then.rank)} → {number(now.rank)}"
        score, by = _difference(then.score, now.score), abs(then.rank - now.rank)
    elif now:
        way, verb, words, by = "new", "came in", f"new → {number(now.rank)}", 0
        score = points(now.score)
    else:
        way, verb, words, by = "gone", "left", f"{number(then.rank)} → gone", 0
        score = points(then.score)
    return Move(
        place.requirement_id, place.number, place.key, title, exists, way, by, words, verb, score
    )


def _difference(before, after):
    """In the last decimal that is shown: 21.1 → 17.4 (−3.7)."""
    if before == after:
        return f"{points(after)}, unchanged"
    return f"{points(before)} → {points(after)} ({change(after - before)})"
