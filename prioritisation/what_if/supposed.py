"""What a scenario supposes, as weights for the one formula, and in words."""

from prioritisation.models import PARAMETERS
from prioritisation.people import Supposed, policy_of
from prioritisation.policy_words import EXPONENTS
from prioritisation.wording import number, percent, share

#: a parameter of the policy → what it is called and how its value reads, in the order of pages
WORDS = {
    "end_user_say": ("End users’ say", percent),
    "people_exponent": ("Among end users", EXPONENTS.get),
    "gap_emphasis": ("Extra weight for people it hasn’t won yet", percent),
    "responsiveness": ("How far one requirement moves adoption", percent),
    "assumed_adoption": ("Adoption assumed before any reading", percent),
    "assumed_seats": ("Seats that this belief weighs", number),
}


def supposed_by(scenario):
    """The Supposed of a Scenario; of one that isn't saved yet, its policy alone."""
    rows = list(scenario.personas.all()) if scenario.pk else []
    return Supposed(
        policy_of(scenario),
        {row.persona_id: row.importance for row in rows},
        {row.persona_id: row.reading for row in rows if row.reading},
    )


def differences(people, supposed):
    """What is other than now, in words: ["End users’ say 85 → 65 %", …]."""
    then = people.supposing(supposed)
    return [
        *_of_policy(people.policy, supposed.policy),
        *_of_adoption(people, supposed),
        *_of_shares(people, then),
    ]


def _of_policy(now, then):
    return [
        f"{title}: {read(getattr(now, name))} → {read(getattr(then, name))}"
        for name, (title, read) in WORDS.items()
        if name in PARAMETERS and getattr(now, name) != getattr(then, name)
    ]


def _of_shares(people, then):
    """Whose share of its group's say differs as it reads, by what was changed of importances.

    A policy that counts people otherwise moves shares too; that is told by the policy.
    """
    before, after = _shares(people.supposing(Supposed(then.policy, {}))), _shares(then)
    return [
        f"{persona.name}: {share(before.get(persona.pk, 0))} → {share(after.get(persona.pk, 0))}"
        f" of {'the end users’' if persona.is_end_user else 'the buyers’ and sponsors’'} say"
        for persona in then.personas
        if share(before.get(persona.pk, 0)) != share(after.get(persona.pk, 0))
    ]


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
