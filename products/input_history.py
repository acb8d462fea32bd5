"""What happened to one row, from its events: when, who, by which means, what changed."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Token, User

VERBS = {"insert": "Added", "update": "Changed", "delete": "Deleted"}
DIRECTLY = "directly in the database"
MEANS = ("session", "token", "admin", "import", "command", DIRECTLY)
#: the row's bookkeeping, which changes whenever anything does, or never
BOOKKEEPING = {"id", "product", "number", "version", "updated_by", "updated_at", "created_at"}


@dataclass(frozen=True)
class Entry:
    at: datetime
    verb: str
    who: str
    means: str
    changes: tuple
    """(label, old, new) of each field that changed, as text; old is None in a row's first entry."""


def input_history(model, pk, *, at_most=200):
    """The row's entries, newest first."""
    events = model.pgh_event_model.objects.filter(pgh_obj_id=pk).order_by("-pgh_id")
    # One more, to compare the oldest one shown with.
    events = list(events[: at_most + 1])
    names = Names(events)
    pairs = zip(events, [*events[1:], None], strict=True)
    return [
        Entry(
            at=event.pgh_created_at,
            verb=VERBS.get(event.pgh_label, event.pgh_label),
            who=names.who(event),
            means=means_of(event),
            changes=tuple(
                (str(field.verbose_name), old, new)
                for field, old, new in changed_fields(model, event, before)
            ),
        )
        for event, before in list(pairs)[:at_most]
    ]


def means_of(event):
    return (event.pgh_context or {}).get("means", DIRECTLY)


def changed_fields(model, event, before):
    """(field, old, new) of each that changed since the row's event `before`, as text.

    Nothing for a deletion; old is None where there was no event before.
    """
    if event.pgh_label == "delete":
        return
    for field in _told_fields(model):
        new = _text(getattr(event, field.attname))
        old = None if before is None else _text(getattr(before, field.attname))
        if new != (old or ""):
            yield field, old, new


def _told_fields(model):
    tracked = {field.name for field in model.pgh_event_model._meta.fields}
    told = tracked - BOOKKEEPING
    return [field for field in model._meta.concrete_fields if field.name in told]


def _text(value):
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


class Names:
    """Names of the users and tokens in the events' contexts, in two queries."""

    def __init__(self, events):
        contexts = [event.pgh_context or {} for event in events]
        users = {context["user"] for context in contexts if "user" in context}
        tokens = {context["token"] for context in contexts if "token" in context}
        self._users = User.objects.in_bulk(users)
        self._tokens = Token.objects.in_bulk(tokens)

    def who(self, event):
        context = event.pgh_context or {}
        user, token = context.get("user"), context.get("token")
        name = str(self._users.get(user, f"user {user}")) if user else ""
        if not token:
            return name
        key = self._tokens.get(token)
        label = f"token “{key.name if key else token}”"
        return f"{name}, {label}" if name else label
