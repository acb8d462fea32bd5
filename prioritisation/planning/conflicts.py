"""Demands that can't hold together, and how that is said."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from prioritisation.planning.problem import Key
from prioritisation.presentation.formatting import amount, percent

Kind = Literal[
    "circle",
    "pinned twice",
    "too early",
    "no effort",
    "needs a later one",
    "too much",
    "too big",
    "can't be divided",
    "share",
]
#: A circle names so many of its requirements.
MAX_NAMED = 4


@dataclass(frozen=True, slots=True)
class Conflict:
    kind: Kind
    keys: tuple[Key, ...] = ()
    """The requirements that it is about. Where one stands in another's way, that comes second."""
    places: tuple[int, ...] = ()
    """The releases that it is about, from 0."""
    takes: float = 0.0
    holds: float = 0.0
    """Effort; of "share", the part that was asked for and one that can be had."""

    @property
    def excess(self) -> float:
        # Of two decimals a float's difference may have a sixteenth place: 0.3 − 0.1 isn't 0.2.
        return round(self.takes - self.holds, 6)


def sentence(conflict: Conflict, title: Callable[[Key], str], release: Callable[[int], str]) -> str:
    """In plain words; `title` and `release` name a requirement and a release."""
    names = [f"“{title(key)}”" for key in conflict.keys[:MAX_NAMED]]
    where = [release(place) for place in conflict.places]
    return _SAYS[conflict.kind](conflict, names, where)


def _excess(conflict: Conflict) -> str:
    text = amount(conflict.excess)
    return text if float(text.replace(",", "")) else "under 0.01"


def _circle(conflict: Conflict, names: list[str], _where: list[str]) -> str:
    more = len(conflict.keys) - len(names)
    between = f", and {more} more between" if more > 0 else ""
    way = ", which needs ".join([*names[1:], names[0]])
    return f"{names[0]} needs {way}{between}: none of them can come first."


def _twice(_conflict: Conflict, names: list[str], where: list[str]) -> str:
    return f"{names[0]} is pinned to both {where[0]} and {where[1]}."


def _early(_conflict: Conflict, names: list[str], _where: list[str]) -> str:
    return f"{names[0]} must be done before any release is out."


def _no_effort(_conflict: Conflict, names: list[str], _where: list[str]) -> str:
    if len(names) == 1:
        return f"{names[0]} must be done, but has no effort."
    return f"{names[0]} must be done and needs {names[1]}, which has no effort."


def _later(_conflict: Conflict, names: list[str], where: list[str]) -> str:
    if len(names) == 1:
        return f"{names[0]} must be done by {where[0]}, but is pinned to {where[1]}."
    return (
        f"{names[0]} must be done by {where[0]}, but needs {names[1]}, which is pinned to"
        f" {where[1]}."
    )


def _too_much(conflict: Conflict, _names: list[str], where: list[str]) -> str:
    if len(where) == 1:
        releases, hold = where[0], "it holds"
    else:
        releases, hold = f"{where[0]} to {where[-1]}", "together they hold"
    return (
        f"What must be done or is pinned takes {amount(conflict.takes)} of {releases}, but {hold}"
        f" {amount(conflict.holds)}: {_excess(conflict)} too much."
    )


def _too_big(conflict: Conflict, names: list[str], _where: list[str]) -> str:
    return (
        f"{names[0]} takes {amount(conflict.takes)}, but no release that it may be in holds more"
        f" than {amount(conflict.holds)}: {_excess(conflict)} too much."
    )


def _undivided(conflict: Conflict, _names: list[str], _where: list[str]) -> str:
    return (
        "What must be done or is pinned fits into the releases together, but not piece by piece:"
        f" however it is divided, at least {amount(conflict.takes)} is too much."
    )


def _share(conflict: Conflict, _names: list[str], _where: list[str]) -> str:
    return (
        f"No plan gives everybody {percent(conflict.takes)} of the most that they could get;"
        f" {percent(conflict.holds)} can be had."
    )


_SAYS: dict[Kind, Callable[[Conflict, list[str], list[str]], str]] = {
    "circle": _circle,
    "pinned twice": _twice,
    "too early": _early,
    "no effort": _no_effort,
    "needs a later one": _later,
    "too much": _too_much,
    "too big": _too_big,
    "can't be divided": _undivided,
    "share": _share,
}
