"""The policy in sentences (pure)."""

from dataclasses import dataclass, replace
from math import ceil

from prioritisation.presentation.formatting import and_join, number, share
from prioritisation.selectors.weights import Supposed

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
    rest: str
    """What else there is to say of the rule."""
    short: str
    """The one-point rule where there is little room."""
    holds: bool
    """Whether one point more for the average end user outweighs all that payers can add."""


def sentences(policy, *, payers=True):
    """The score and the one-point rule under a scoring.Policy (docs/score.md)."""
    say = policy.end_user_say
    won = " (those not won yet count more)" if policy.gap_emphasis else ""
    score = f"The score is how useful it is to the people who will use it{won}"
    if not payers:
        rule = "Nobody else pays or sponsors, so end users have all the say."
        return Sentences(f"{score}.", rule, "", rule, True)
    score += (
        f", plus, at {fraction((1 - say) / say)} of that weight and only as far as they will "
        "really use it, what it is worth to those who pay."
    )
    if say >= ALWAYS_FROM:
        rule = (
            "One point more for the average end user outweighs all that buyers and sponsors can "
            "add."
        )
        return Sentences(score, rule, "", rule, True)
    # Up to the next tenth: with the nearest one it might not outweigh them.
    needed = ceil((1 - say) / say * 5 * 10 - 1e-9) / 10
    rule = (
        "One point more for the average end user no longer outweighs everything buyers and "
        "sponsors can add."
    )
    rest = f"It takes {needed:g}; one is enough from 84\u00a0% upwards."
    short = (
        f"It takes {needed:g} points more for the average end user to outweigh all that buyers "
        "and sponsors can add."
    )
    return Sentences(score, rule, rest, short, False)


EXPONENTS = {1.0: "By people", 0.5: "Damped", 0.0: "Equally"}


def people_in_words(people):
    """How many people there are, and what counting them in the other ways would give the largest
    group. `people` is a people.People."""
    users = [one for one in people.counted if one.is_end_user]
    if len(users) < 2:
        return "By people: 500 have ten times the say of 50. Damped: about three times."
    missing = [one.name for one in users if one.pk in people.weights.missing_size]
    if missing:
        return f"How many {and_join(missing)} there are isn’t known, so all groups count as equal."
    sizes = {one.pk: one.headcount or one.reading.installed for one in users}
    largest = max(users, key=lambda one: sizes[one.pk])
    known = ", ".join(f"{one.name} {number(sizes[one.pk])}" for one in users)
    first, second = (
        (name, share(_under(people, exponent).groups[0].now[largest.pk]))
        for exponent, name in EXPONENTS.items()
        if exponent != people.policy.people_exponent
    )
    others = f"{first[0]} would give {largest.name} {first[1]}, {second[0].lower()} {second[1]}"
    return f"People: {known}. {others}."


def _under(people, exponent):
    return people.supposing(Supposed(replace(people.policy, people_exponent=exponent), {}))


def fraction(share):
    nearest, words = min(FRACTIONS, key=lambda pair: abs(pair[0] - share))
    if abs(nearest - share) < 0.012:
        return f"about {words}"
    return f"a bit {'over' if share > nearest else 'under'} {words}"
