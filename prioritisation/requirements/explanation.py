"""Why a requirement has its score, so that a reader can check it. Pure.

Rows and personas are those of `selectors.read_ranking`; points are ten-thousandths there.
"""

from dataclasses import dataclass

from prioritisation.presentation.charts.bars import in_order
from prioritisation.presentation.formatting import (
    UNIT,
    and_join,
    number,
    percent,
    points,
    share,
    signed,
)
from prioritisation.presentation.rounding import KNOWN, in_hundredths

#: smallest mean → how a persona takes it, in words that fit one person and many
FEELINGS = (
    (4.5, "could not do without it"),
    (3.5, "could hardly do without it"),
    (2.5, "would miss it"),
    (1.5, "would like it"),
    (0.5, "would find it nice"),
    (-0.4999, "would not care"),
    (-1.9999, "would find it a nuisance"),
    (-4.4999, "would be harmed by it"),
)
#: A loss below this, in points, is not worth a sentence.
LEAST = 1


@dataclass(frozen=True, slots=True)
class Term:
    """A persona's row in the sum."""

    persona_id: int
    name: str
    kind: str
    rating: str
    """Empty where nobody rated."""
    known: str
    factor: str
    weight: str
    reach: str
    """Empty where reach plays no part: end users, losses."""
    adds: str


@dataclass(frozen=True, slots=True)
class Sum:
    terms: list
    total: str
    """With two decimals; what the terms add up to, as shown."""
    lost: list
    """(name, kind, points) of what is lost because people won't use it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence: lead, its weighty part, the rest."""

    lead: str
    core: str
    rest: str


@dataclass(frozen=True, slots=True)
class Question:
    """The answer that would narrow the score most, and by about how many points."""

    persona_id: int
    name: str
    points: str


def sum_of(row, personas):
    """The Sum of a scored row."""
    personas = in_order(personas)
    parts = [row.contributions.get(persona.id, 0) for persona in personas]
    shown = in_hundredths(parts, row.score)
    return Sum(
        terms=[_term(row, who, adds) for who, adds in zip(personas, shown, strict=True)],
        total=number(sum(shown) / 100, 2),
        lost=[
            (persona.name, persona.kind, points(row.unrealised[persona.id], 2))
            for persona in personas
            if row.unrealised.get(persona.id)
        ],
    )


def _term(row, persona, hundredths):
    mean = row.means.get(persona.id)
    known, factor = ("", "") if mean is None else KNOWN[row.confidences[persona.id]]
    gated = mean is not None and mean > 0 and not persona.is_end_user
    return Term(
        persona_id=persona.id,
        name=persona.name,
        kind=persona.kind,
        rating="" if mean is None else signed(mean, 0 if mean == round(mean) else 1),
        known=known,
        factor=factor,
        weight=f"{persona.weight * 100:.1f}\u00a0%" if persona.weight else share(0),
        reach=percent(row.reach) if gated else "",
        adds=signed(hundredths / 100, 2),
    )


def reason_for(row, personas, place):
    """Why it stands where it stands; `place` is "6th", or empty without a rank."""
    if not row.answered:
        return Reason(
            "", "Nobody who counts has rated it yet", ", so it has no place in the order."
        )
    gone = "It has no place in the order any more; its score says that "
    lead = f"It is {place} because " if place else gone
    driver = _driver(row, personas)
    if driver is None:
        return Reason(lead, "nobody would gain or lose by it", ".")
    core, rest = f"{driver.name} {_feeling(row, driver)}", [_caveat(row, driver)]
    unmoved = _unmoved(row, personas)
    if unmoved and not driver.is_end_user and row.contributions[driver.id] > 0:
        core = f"{unmoved.name} would not care"
        rest = [f" What {driver.name} gains counts only as far as people use it:"]
        rest[0] += f" {percent(row.reach)}."
    rest.append(_losses(row, personas, driver))
    return Reason(lead, core, "." + "".join(rest))


def _driver(row, personas):
    """The persona who moves the score most, or None where nobody does."""
    moved = [who for who in in_order(personas) if row.contributions.get(who.id)]
    return max(moved, key=lambda who: abs(row.contributions[who.id]), default=None)


def _unmoved(row, personas):
    """The weightiest end user, if they were rated and do not care."""
    users = [who for who in in_order(personas) if who.is_end_user]
    first = max(users, key=lambda who: who.weight, default=None)
    return first if first and abs(row.means.get(first.id, 9)) < 0.5 else None


def _feeling(row, persona):
    mean = row.means[persona.id]
    words = next((words for least, words in FEELINGS if mean >= least), None)
    return words or f"would stop {'using it' if persona.is_end_user else 'paying'}"


def _caveat(row, driver):
    if row.confidences[driver.id] != 50:
        return ""
    return " But that is a guess and counts half: nobody has seen or asked them yet."


def _losses(row, personas, driver):
    losing = [
        who
        for who in in_order(personas)
        if who is not driver and row.contributions.get(who.id, 0) <= -LEAST * UNIT
    ]
    if not losing or row.contributions[driver.id] < 0:
        return ""
    taken = sum(-row.contributions[who.id] for who in losing)
    names = and_join([who.name for who in losing])
    return f" What {names} would lose takes {points(taken)} away."


def question_for(row, personas):
    """The Question to ask next, or None where nothing is missing or guessed."""
    width = {who.id: _width(row, who) for who in personas}
    who = max(in_order(personas), key=lambda one: width[one.id], default=None)
    if who is None or not width[who.id]:
        return None
    wide = number(width[who.id]) if width[who.id] >= 1 else "less than 1"
    return Question(who.id, who.name, wide)


def _width(row, persona):
    """By how many points the persona's own part of the score could still differ."""
    doubt = 1 - row.confidences.get(persona.id, 0) / 100
    value = row.means.get(persona.id, 0) / 5 * (1 - doubt)
    low, high = value - doubt, value + doubt
    if not persona.is_end_user:
        low, high = (end * (row.reach if end > 0 else 1) for end in (low, high))
    return 100 * persona.weight * (high - low)
