"""What somebody changed, in a few words: "Nurses: 2 → 4, asked". Pure."""

from personas.models import AdoptionReading, Persona
from prioritisation.models import PARAMETERS, Rating, ScoringPolicy
from prioritisation.presentation.formatting import NONE, and_join, number, signed
from products.models import Requirement, Status

PEOPLE = {1: "by people", 0.5: "damped", 0: "equally"}
SHARES = {"end_user_say", "assumed_adoption"}


def words_of(change, people):
    """A causes.Change in words, or empty if it never enters a score. `people`: id → name."""
    return WORDS[change.model](change.event, change.before, people)


def reason_of(change):
    """The reason or note given with it, or empty."""
    return getattr(change.event, "reason", "") or getattr(change.event, "note", "")


def _rating(event, before, people):
    who = people.get(event.persona_id, "a deleted persona")
    if event.pgh_label == "delete":
        return f"{who}: {signed(event.value)} withdrawn"
    if before is None:
        return f"{who}: rated {signed(event.value)}, {event.basis}"
    if before.value != event.value:
        return f"{who}: {signed(before.value)} → {signed(event.value)}, {event.basis}"
    if before.basis != event.basis:
        return f"{who}: {signed(event.value)}, {before.basis} → {event.basis}"
    return ""


def _reading(event, _before, people):
    who = people.get(event.persona_id, "a deleted persona")
    if event.pgh_label == "delete":
        return f"{who}: the reading of {_day(event.observed_on)} removed"
    used = f"{who}: {number(event.active)} of {number(event.installed)} use it"
    around = event.worked_around
    return f"{used}, {number(around)} also work around it" if around else used


def _day(day):
    return f"{day.day} {day:%b}"


def _persona(event, before, _people):
    if event.pgh_label == "delete":
        return f"{event.name} removed"
    if before is None:
        return f"{event.name} described"
    told = [
        f"{label} {old} → {new}"
        for label, old, new in (
            ("people", _known(before.headcount), _known(event.headcount)),
            ("importance", f"{before.importance:g}", f"{event.importance:g}"),
            ("kind", before.kind.replace("_", " "), event.kind.replace("_", " ")),
        )
        if old != new
    ]
    return f"{event.name}: {and_join(told)}" if told else ""


def _known(headcount):
    return NONE if headcount is None else number(headcount)


def _policy(event, before, _people):
    if before is None:
        return ""
    changes = policy_changes(
        {name: getattr(before, name) for name in PARAMETERS},
        {name: getattr(event, name) for name in PARAMETERS},
    )
    return f"Policy: {and_join(changes)}" if changes else ""


def policy_changes(before, after):
    """["end users’ say 75 → 85 %", …] of two policies, as parameter → value."""
    return [
        f"{_label(name)} {_change(name, before[name], after[name])}"
        for name in PARAMETERS
        if name in before and name in after and before[name] != after[name]
    ]


def _label(name):
    return str(ScoringPolicy._meta.get_field(name).verbose_name).replace("'", "’")


def _change(name, before, after):
    if name in SHARES:
        return share_change(before, after)
    if name == "people_exponent":
        return f"{PEOPLE[before]} → {PEOPLE[after]}"
    return f"{before:g} → {after:g}"


def share_change(before, after):
    """24 → 27 %, with decimals where the whole numbers are the same."""
    decimals = 0 if round(before * 100) != round(after * 100) else 1
    return f"{number(before * 100, decimals)} → {number(after * 100, decimals)}\u00a0%"


def _requirement(event, before, _people):
    if event.pgh_label == "delete":
        return "deleted"
    if before is None:
        return ""
    if before.status != event.status:
        return f"{Status(before.status).label} → {Status(event.status).label}"
    return ""


WORDS = {
    Rating: _rating,
    AdoptionReading: _reading,
    Persona: _persona,
    ScoringPolicy: _policy,
    Requirement: _requirement,
}
