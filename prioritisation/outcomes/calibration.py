"""Expected against happened: what the shipped requirements were expected to do to adoption. Pure.

docs/score.md expects a requirement to move a segment's adoption a to a + ρ·pull, with
pull = (1 − a)·max(ṽ, 0) + a·min(ṽ, 0). What readings say later tells how well ρ was chosen.
"""

from dataclasses import dataclass
from math import fsum

from prioritisation.presentation.formatting import and_join, count, number, percent
from prioritisation.scoring.formula import pull


@dataclass(frozen=True, slots=True)
class Expectation:
    """Of one shipped requirement for one segment, when it last had a place in the order."""

    requirement_id: int
    persona_id: int
    name: str
    adoption: float
    """0…1, then."""
    value: float
    """ṽ, −1…1, then."""
    responsiveness: float
    """ρ, then."""
    now: float | None
    """Adoption by a reading after it shipped, 0…1; None while there is none."""
    people: float
    """In the segment."""

    @property
    def pull(self):
        return float(pull(self.adoption, self.value))

    @property
    def expected(self):
        return self.adoption + self.responsiveness * self.pull

    @property
    def words(self):
        """expected 53 %, now 47 % (Nurses)"""
        now = "no reading since" if self.now is None else f"now {percent(self.now)}"
        return f"expected {percent(self.expected)}, {now} ({self.name})"


@dataclass(frozen=True, slots=True)
class Fit:
    """What ρ would have foreseen best."""

    fitted: float
    """0…1, in hundredths."""
    moved: float
    expected: float
    """Of all people with a reading since, the part that was won: really, and as was expected."""
    requirements: int
    names: tuple
    """The segments it rests on."""

    @property
    def percent(self):
        return percent(self.fitted)

    def words(self, responsiveness):
        """A sentence about the ρ that the product has now."""
        shipped = count(self.requirements, "shipped requirement")
        return (
            f"Over {shipped}, adoption among {and_join(self.names)} moved by"
            f" {_points(self.moved)} where {_points(self.expected)} were expected."
            f" {self._verdict(responsiveness)}"
        )

    def _verdict(self, responsiveness):
        if round(responsiveness, 2) == self.fitted:
            return f"{percent(responsiveness)} fits."
        far = "high" if responsiveness > self.fitted else "low"
        return (
            f"{percent(responsiveness)} looks too {far}: {percent(self.fitted)} would have"
            " foreseen it best."
        )


def _points(share):
    return f"{number(share * 100, 1)} points"


def fit(expectations):
    """The Fit, or None where no reading tells.

    Least squares through the origin, weighted by people, one equation a segment: what it moved
    since the first of the requirements shipped, ρ times the sum of their pulls. Several that
    shipped together can't be told apart, so they aren't.
    """
    told = {}
    for one in expectations:
        if one.now is not None:
            told.setdefault(one.persona_id, []).append(one)
    # In the order in which they shipped: the first knew the adoption from before all of them.
    segments = [
        (ones[0].people, fsum(one.pull for one in ones), ones[0].now - ones[0].adoption, ones)
        for ones in told.values()
    ]
    square = fsum(people * pulled**2 for people, pulled, _moved, _ones in segments)
    if not square:
        return None
    best = fsum(people * pulled * moved for people, pulled, moved, _ones in segments) / square
    everybody = fsum(people for people, *_rest in segments)
    every = [one for *_rest, ones in segments for one in ones]
    return Fit(
        fitted=round(min(max(best, 0.0), 1.0), 2),
        moved=fsum(people * moved for people, _pull, moved, _ones in segments) / everybody,
        expected=fsum(one.people * one.responsiveness * one.pull for one in every) / everybody,
        requirements=len({one.requirement_id for one in every}),
        names=tuple(ones[0].name for *_rest, ones in segments),
    )
