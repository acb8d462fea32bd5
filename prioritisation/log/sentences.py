"""What an event tells, as a phrase: "made bob a maintainer". Pure; the names are given."""

from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import AccountEvent, Token, User
from personas.models import AdoptionReading, Persona
from prioritisation.history.sentences import PEOPLE, SHARES
from prioritisation.models import Rating, Scenario, ScenarioPersona, ScoringPolicy
from prioritisation.presentation.formatting import count, number, signed
from products.input_history import BOOKKEEPING
from products.models import Comment, Invitation, Membership, Product, Requirement
from products.roles import Role

ARTICLES = {Role.OWNER: "an owner"}
#: a policy's share and a scenario's, in percent
PERCENT = SHARES | {"responsiveness", "gap_emphasis"}


@dataclass(frozen=True)
class Changed:
    """A column that an update changed, and what was and is in it as text; None for nothing."""

    field: str
    label: str
    old: str | None
    new: str | None


def changes_of(model, event, before, names):
    """A Changed for each column that an update changed."""
    if event.pgh_label != "update" or before is None:
        return []
    tracked = {field.name for field in event._meta.fields} - BOOKKEEPING
    told = []
    for field in model._meta.concrete_fields:
        old, new = (getattr(row, field.attname, None) for row in (before, event))
        if field.name in tracked and old != new:
            label = str(field.verbose_name).replace("'", "’")
            old, new = (text_of(field, value, names) for value in (old, new))
            told.append(Changed(field.name, label, old, new))
    return told


def text_of(field, value, names):
    """A column's value as people read it; None for nothing."""
    if value is None or value in ("", []):
        return None
    if field.is_relation:
        return names.of(field.related_model, value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%-d %B %Y %H:%M}"
    if isinstance(value, date):
        return _day(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if field.name == "people_exponent":
        return PEOPLE.get(value, f"{value:g}")
    if field.name in PERCENT:
        return f"{value * 100:g}\u00a0%"
    if field.name == "value":
        return signed(value)
    if isinstance(value, float):
        return f"{value:g}"
    return number(value) if isinstance(value, int) else str(value)


def phrase_of(model, event, before, names, who):
    """What was done, to follow the name of `who` (a user's id, or None) did it.

    Of an update, without what it changed: that is told by changes_of, unless it is
    TOLD_BY_THE_PHRASE.
    """
    return PHRASES[model](event, before, names, who)


def _day(day):
    return f"{day.day} {day:%B %Y}"


def a(role):
    role = Role(role)
    return ARTICLES.get(role, f"a {role.label}")


def _done(event, insert, update, delete):
    return {"insert": insert, "update": update, "delete": delete}[event.pgh_label]


def _product(event, _before, _names, _who):
    name = f"the product {event.name} ({event.key})"
    return _done(event, f"made {name}", f"changed {name}", f"deleted {name}")


def _membership(event, before, names, who):
    member, role = names.user(event.user_id), a(event.role)
    themselves = who == event.user_id
    if event.pgh_label == "delete":
        return f"left; they were {role}" if themselves else f"removed {member}, who was {role}"
    was = f" (before: {Role(before.role).label})" if before else ""
    if themselves:
        return f"became {role}{was}"
    return f"made {member} {role}{was}"


def _invitation(event, before, names, _who):
    whom = names.email_of(event.pgh_obj_id) or "whoever has the link"
    role = a(event.role)
    if event.pgh_label == "insert":
        return f"invited {whom} to be {role}, until {_day(event.expires_at)}"
    if event.pgh_label == "delete":
        return f"deleted the invitation of {whom} to be {role}"
    if event.accepted_at and not (before and before.accepted_at):
        return f"accepted the invitation to be {role}"
    if event.revoked_at and not (before and before.revoked_at):
        return f"revoked the invitation of {whom} to be {role}"
    return f"changed the invitation of {whom} to be {role}"


def _persona(event, _before, _names, _who):
    kind = event._meta.get_field("kind")
    described = f"described {event.name} ({dict(kind.flatchoices).get(event.kind, event.kind)})"
    name = f"the persona {event.name}"
    return _done(event, described, f"changed {name}", f"deleted {name}")


def _reading(event, _before, names, _who):
    of = f"reading of {names.persona(event.persona_id)} on {_day(event.observed_on)}"
    found = f"{number(event.installed)} have it, {number(event.active)} use it"
    if event.worked_around:
        found += f", {number(event.worked_around)} also work around it"
    return _done(
        event, f"recorded a {of}: {found}", f"changed the {of}", f"removed the {of}: {found}"
    )


def _requirement(event, _before, names, _who):
    name = f"“{event.title}” ({names.product_key(event.product_id)}-{event.number})"
    return _done(event, f"added {name}", f"changed {name}", f"deleted {name}")


def _rating(event, _before, names, who):
    what = f"{names.requirement(event.requirement_id)} for {names.persona(event.persona_id)}"
    value = f"{signed(event.value)}, {event.basis}"
    whose = _whose(event.rater_id, who, names) or (f" from {event.source}" if event.source else "")
    note = f", noting “{event.note}”" if event.note else ""
    return _done(
        event,
        f"rated {what}: {value}{whose}{note}",
        f"changed the rating of {what}{whose}",
        f"withdrew the rating of {what}{whose}: {value}",
    )


def _comment(event, _before, names, who):
    about = names.requirement(event.requirement_id)
    whose = _whose(event.author_id, who, names)
    return _done(
        event,
        f"commented on {about}{whose}: “{event.text}”",
        f"changed a comment on {about}{whose}",
        f"deleted a comment on {about}{whose}: “{event.text}”",
    )


def _whose(user_id, who, names):
    return f" by {names.user(user_id)}" if user_id and user_id != who else ""


def _policy(event, _before, _names, _who):
    insert = "set up how it is weighed"
    return _done(event, insert, "changed how it is weighed", "deleted how it is weighed")


def _scenario(event, _before, _names, _who):
    name = f"the scenario “{event.name}”"
    return _done(event, f"made {name}", f"changed {name}", f"deleted {name}")


def _scenario_persona(event, _before, names, _who):
    of = f"of {names.persona(event.persona_id)} in the scenario {names.scenario(event.scenario_id)}"
    supposed = []
    if event.importance is not None:
        supposed.append(f"importance {event.importance:g}")
    if event.installed is not None:
        supposed.append(f"{number(event.active)} of {number(event.installed)} use it")
    told = f": {', '.join(supposed)}" if supposed else ""
    return _done(
        event,
        f"supposed something {of}{told}",
        f"supposed otherwise {of}",
        f"supposed nothing any more {of}",
    )


def _token(event, before, names, who):
    # A token's name is the user's own, and nobody else's business.
    own = event.user_id is not None
    whose = "" if event.user_id == who else f" of {names.user(event.user_id)}"
    name = f"a personal token{whose}" if own else f"{names.token(event.pgh_obj_id)} of the product"
    if event.pgh_label == "update" and event.revoked_at and not (before and before.revoked_at):
        return f"revoked {name}"
    return _done(event, f"made {name}", f"changed {name}", f"deleted {name}")


FLAGS = {
    "is_active": ("activated {}", "deactivated {}"),
    "is_staff": ("made {} staff", "made {} no longer staff"),
    "is_superuser": ("made {} a superuser", "made {} no longer a superuser"),
}


def _user(event, before, names, who):
    name = names.user(event.pgh_obj_id)
    if event.pgh_label != "update" or before is None:
        given = [
            words[0].format("it")
            for flag, words in FLAGS.items()
            if flag != "is_active" and getattr(event, flag)
        ]
        account = f"the account of {name}"
        if event.pgh_label == "insert" and who is None:
            return f"The account of {name} was made"
        made = " and ".join([f"made {account}", *given])
        return _done(event, made, f"changed {account}", f"deleted {account}")
    told = [
        (yes if getattr(event, flag) else no).format(name)
        for flag, (yes, no) in FLAGS.items()
        if getattr(event, flag) != getattr(before, flag)
    ]
    return " and ".join(told) or f"changed the account of {name}"


def _account(event, _before, names, _who):
    kinds = AccountEvent.Kind
    if event.kind == kinds.FAILED:
        hour = f"{event.hour:%H}:00 and {event.hour:%H}:59" if event.hour else "?"
        at = f"{count(event.attempts, 'attempt')} to sign in {_as(event, names)} failed"
        return f"{at}, between {hour} UTC"
    if event.kind == kinds.PSEUDONYMISED:
        return f"pseudonymised {names.user(event.user_id)}"
    if event.kind == kinds.LINK_MADE:
        return f"made a sign-in link for {names.user(event.user_id)}"
    if event.actor_id == event.user_id:
        return event.get_kind_display()
    if event.kind == kinds.PASSWORD:
        return f"set a new password for {names.user(event.user_id)}"
    if event.kind == kinds.FACTOR_REMOVED:
        return f"took the second factor of {names.user(event.user_id)} away"
    if event.kind == kinds.DATA_TAKEN:
        return f"downloaded what is kept about {names.user(event.user_id)}"
    return f"{event.get_kind_display()}: {names.user(event.user_id)}"


def _as(event, names):
    return f"as {names.user(event.user_id)}" if event.user_id else "to no account that there is"


PHRASES = {
    Product: _product,
    Membership: _membership,
    Invitation: _invitation,
    Persona: _persona,
    AdoptionReading: _reading,
    Requirement: _requirement,
    Rating: _rating,
    Comment: _comment,
    ScoringPolicy: _policy,
    Scenario: _scenario,
    ScenarioPersona: _scenario_persona,
    Token: _token,
    User: _user,
    AccountEvent: _account,
}
#: columns whose change the phrase tells already
TOLD_BY_THE_PHRASE = {
    Membership: {"role"},
    Invitation: {"accepted_at", "accepted_by", "revoked_at"},
    Token: {"revoked_at"},
    User: FLAGS.keys(),
}
