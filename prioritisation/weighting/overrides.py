"""What a scenario supposes, as weights for the one formula, and in words."""

from dataclasses import dataclass, replace

from prioritisation.models import PARAMETERS
from prioritisation.presentation.formatting import number, percent, share
from prioritisation.selectors.weights import Supposed
from prioritisation.weighting.sentences import EXPONENTS

#: a parameter of the policy → what it is called and how its value reads, in the order of pages
WORDS = {
    "end_user_say": ("End users’ say", percent),
    "people_exponent": ("Among end users", EXPONENTS.get),
    "gap_emphasis": ("Extra weight for people it hasn’t won yet", percent),
    "responsiveness": ("How far one requirement moves adoption", percent),
    "assumed_adoption": ("Adoption assumed before any reading", percent),
    "assumed_seats": ("Seats that this belief weighs", number),
}


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What would be otherwise of the personas."""

    importances: dict
    """Persona id → importance."""
    readings: dict
    """End user's id → (installed, active, worked around)."""


def otherwise_of(scenario):
    """The Otherwise that a Scenario holds; of one that isn't saved yet, nothing."""
    rows = list(scenario.personas.all()) if scenario.pk else []
    return Otherwise(
        {row.persona_id: row.importance for row in rows if row.importance is not None},
        {row.persona_id: row.reading for row in rows if row.reading},
    )


def supposed_by(scenario, now):
    """The Supposed of a Scenario over the product's People; the rest is as it is now."""
    given = {name: getattr(scenario, name) for name in PARAMETERS}
    given = {name: value for name, value in given.items() if value is not None}
    personas = otherwise_of(scenario)
    importances = now.stored.importances | personas.importances
    return Supposed(replace(now.policy, **given), importances, personas.readings)


def beyond(now, supposed):
    """({parameter: value}, Otherwise): what of the Supposed isn't as the People have it."""
    parameters = {name: getattr(supposed.policy, name) for name in PARAMETERS}
    stored = {one.pk: one.importance for one in now.personas}
    latest = {one.pk: latest_of(one) for one in now.personas if one.is_end_user}
    return (
        {name: value for name, value in parameters.items() if value != getattr(now.policy, name)},
        Otherwise(
            _other_than(stored, supposed.importances),
            _other_than(latest, supposed.readings),
        ),
    )


def _other_than(now, then):
    return {pk: then[pk] for pk in now.keys() & then if then[pk] != now[pk]}


def differences(people, supposed):
    """What is other than now, in words: ["End users’ say 85 → 65 %", …]."""
    then = people.supposing(supposed)
    return [
        *_of_policy(people.policy, supposed.policy),
        *_of_adoption(people, supposed),
        *_of_shares(people, then, supposed.readings),
    ]


def _of_policy(now, then):
    return [
        f"{title}: {read(getattr(now, name))} → {read(getattr(then, name))}"
        for name, (title, read) in WORDS.items()
        if getattr(now, name) != getattr(then, name)
    ]


def _of_shares(people, then, readings):
    """Whose share of its group's say differs as it reads, by what was changed of importances.

    A policy that counts people otherwise moves shares too, and so does adoption; those are told
    by themselves.
    """
    before, after = _shares(people.supposing(Supposed(then.policy, {}, readings))), _shares(then)
    found = []
    for end_users, title in ((True, "the end users’"), (False, "the buyers’ and sponsors’")):
        pairs = [
            (one.name, share(before.get(one.pk, 0)), share(after.get(one.pk, 0)))
            for one in then.personas
            if one.is_end_user is end_users
        ]
        moved = [f"{name} {was}\u00a0→\u00a0{would}" for name, was, would in pairs if was != would]
        if moved:
            found.append(f"Of {title} say: {', '.join(moved)}")
    return found


def _shares(people):
    return {pk: one for group in people.groups for pk, one in group.now.items()}


def _of_adoption(people, supposed):
    found = []
    for persona in people.personas:
        reading = supposed.readings.get(persona.pk)
        if reading is None or reading == latest_of(persona):
            continue
        installed, active, around = reading
        words = f"{persona.name}: {active:,} of {installed:,} use it"
        found.append(words + (f", {around:,} also work around it" if around else ""))
    return found


def latest_of(persona):
    """(installed, active, worked around) of a persona's latest reading, or None."""
    one = persona.reading
    return one and (one.installed, one.active, one.worked_around)
