"""The policy in sentences (pure)."""

from dataclasses import dataclass
from math import ceil

ALWAYS_FROM = 5 / 6
#: share of the end users' weight that payers get → how people say it
FRACTIONS = (
    (0.0526, "a twentieth"),
    (0.1111, "a ninth"),
    (0.125, "an eighth"),
    (1 / 7, "a seventh"),
    (1 / 6, "a sixth"),
    (0.2, "a fifth"),
    (0.25, "a quarter"),
    (1 / 3, "a third"),
    (0.5, "half"),
    (2 / 3, "two thirds"),
    (0.75, "three quarters"),
    (1.0, "all"),
)


@dataclass(frozen=True, slots=True)
class Sentences:
    score: str
    rule: str
    holds: bool
    """Whether one point more for the average end user outweighs all that payers can add."""


def sentences(say):
    """The score and the one-point rule under an end users' say of 0.5…0.95 (DESIGN §3.2, §3.4)."""
    score = (
        "The score is how useful it is to the people who will use it (those not won yet count "
        f"more), plus, at {fraction((1 - say) / say)} of that weight and only as far as they will "
        "really use it, what it is worth to those who pay."
    )
    if say >= ALWAYS_FROM:
        rule = (
            "One point more for the average end user outweighs all that buyers and sponsors can "
            "add."
        )
        return Sentences(score, rule, True)
    needed = ceil((1 - say) / say * 5 * 10 - 1e-9) / 10
    rule = (
        "One point more for the average end user no longer outweighs everything buyers and "
        f"sponsors can add: it takes {needed:g}. One is enough from 84\u00a0% upwards."
    )
    return Sentences(score, rule, False)


def fraction(share):
    nearest, words = min(FRACTIONS, key=lambda pair: abs(pair[0] - share))
    if abs(nearest - share) < 0.012:
        return f"about {words}"
    return f"a bit {'over' if share > nearest else 'under'} {words}"
