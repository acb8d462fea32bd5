"""The log's entries, newest first, a page at a time."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, ForeignKey, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Concat

from accounts.models import AccountEvent, User, UserEvent
from personas.models import Persona
from prioritisation.log.names import Names, actor_of
from prioritisation.log.sentences import TOLD_BY_THE_PHRASE, changes_of, phrase_of
from prioritisation.log.sources import SOURCES
from products.models import Invitation, Product, Requirement

#: of a sentence's value; `changes` has it whole
MAX_SHOWN_CHARACTERS = 200
#: read at a time for a file
CHUNK = 500
#: what a searched text may name
SEARCHED = (User, Persona, Requirement, Invitation)

HOW = {
    "session": "",
    "admin": "in the back office",
    "token": "by the API",
    "import": "by an import",
    "command": "by a command",
    "": "directly in the database",
}

Place = tuple[datetime, int, int]
"""Where an event stands in the log: its time, its table's place, its id."""


@dataclass(frozen=True)
class Asked:
    """What is looked for; nothing given: everything."""

    person: int | None = None
    """The id of the user who did it, or whose account it was done with."""
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """Not itself."""
    text: str = ""
    """In what was written then, or in the name of what it is about."""


@dataclass(frozen=True)
class Entry:
    place: Place
    at: datetime
    kind: str
    did: str
    """insert, update or delete; of an account, what was done with it."""
    who: str
    user: int | None
    means: str
    sentence: str
    changes: list
    """A words.Changed for each column that an update changed, whole."""
    change: int | None
    """The transaction."""

    @property
    def how(self) -> str:
        """The means in words; empty where it is the usual one, a page of the site."""
        means, comma, token = self.means.partition(", ")
        return HOW.get(means, means) + comma + token


def read_log(product_id: int | None, asked: Asked, *, most: int, beyond: Place | None = None,
             backwards: bool = False) -> tuple[list[Entry], bool]:  # fmt: skip
    """At most so many entries, and whether there are more.

    They come after `beyond`, or `backwards` before it; in both cases the newest is first. Of all
    products for None, and of accounts that have none.
    """
    found = [
        (_place(source, event), source, event)
        for source in SOURCES
        if asked.kind in ("", source.kind)
        for event in _events(source, product_id, asked, most + 1, beyond, backwards)
    ]
    found.sort(key=lambda one: one[0], reverse=not backwards)
    more, found = len(found) > most, found[:most]
    if backwards:
        found.reverse()
    return _entries(found), more


def whole_log(product_id: int | None, asked: Asked) -> Iterator[Entry]:
    """Every entry, newest first, read in pieces."""
    beyond, more = None, True
    while more:
        page, more = read_log(product_id, asked, most=CHUNK, beyond=beyond)
        yield from page
        beyond = page[-1].place if page else None


def people_of(product_id: int) -> list[User]:
    """Everybody who was ever a member, by name."""
    events = _source_of_members().of(product_id).order_by()
    found = User.objects.filter(pk__in=events.values("user_id").distinct())
    return sorted(found, key=lambda user: str(user).casefold())


def products_ever() -> list[tuple[str, str]]:
    """(id, what it is called), by name, of every product that there is or was."""
    last = Product.pgh_event_model.objects.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")
    rows = last.values_list("pgh_obj_id", "name", "key", "pgh_label")
    named = [
        (str(pk), f"{name} ({key}{', deleted' if label == 'delete' else ''})")
        for pk, name, key, label in rows
    ]
    return sorted(named, key=lambda one: one[1].casefold())


def _source_of_members():
    return next(source for source in SOURCES if source.kind == "members")


def _place(source, event):
    return getattr(event, source.time), source.place, event.pk


def _events(source, product_id, asked, most, beyond, backwards):
    rows = source.of(product_id)
    if asked.since:
        rows = rows.filter(**{f"{source.time}__gte": asked.since})
    if asked.until:
        rows = rows.filter(**{f"{source.time}__lt": asked.until})
    if asked.person is not None:
        rows = rows.filter(_by(source, asked.person))
    if asked.text:
        rows = rows.filter(_tells_of(source, asked.text, product_id))
    if beyond:
        rows = rows.filter(_beyond(source, beyond, backwards))
    sign = "" if backwards else "-"
    return rows.order_by(f"{sign}{source.time}", f"{sign}{source.key}")[:most]


def _beyond(source, place, backwards):
    time, table, pk = place
    word = "gt" if backwards else "lt"
    at_once = Q(**{source.time: time})
    # The same time in another table: before or after it as a whole.
    comes_after = source.place > table if backwards else source.place < table
    if source.place == table:
        same = at_once & Q(**{f"{source.key}__{word}": pk})
    else:
        same = at_once if comes_after else Q(pk__in=())
    return Q(**{f"{source.time}__{word}e": time}) & (Q(**{f"{source.time}__{word}": time}) | same)


def _by(source, person):
    if source.is_of_rows:
        return Q(pgh_context__user=person)
    return Q(by=person) | Q(by=None, user=person)


def _tells_of(source, text, product_id):
    """The text is in what was written then, is a choice's word, or names what the row is of."""
    found = Q(pk__in=())
    for field in source.events._meta.concrete_fields:
        if field.choices:
            meant = [v for v, label in field.flatchoices if text.casefold() in label.casefold()]
            found |= Q(**{f"{field.name}__in": meant})
        elif isinstance(field, ForeignKey) and field.related_model in SEARCHED:
            found |= Q(**{f"{field.attname}__in": _named(field.related_model, text, product_id)})
        elif isinstance(field, CharField | TextField) and field.name not in ("pgh_label", "key"):
            found |= Q(**{f"{field.name}__icontains": text})
    if source.is_of_rows:
        who = _named(User, text, product_id).values_list("pk", flat=True)
        found |= Q(pgh_context__user__in=list(who))
    return found


def _named(model, text, product_id):
    """Ids of what bears the text in its name; of what has a history, in any name that it had."""
    if model is User:
        whole = Concat("first_name", Value(" "), "last_name")
        users = User.objects.annotate(whole=whole)
        return users.filter(Q(username__icontains=text) | Q(whole__icontains=text)).values("pk")
    if model is Invitation:
        return Invitation.objects.filter(email__icontains=text).values("pk")
    rows = model.pgh_event_model.objects.order_by()
    if product_id is not None:
        rows = rows.filter(product_id=product_id)
    if model is Persona:
        return rows.filter(name__icontains=text).values("pgh_obj_id")
    return rows.filter(Q(title__icontains=text) | _has_key(text)).values("pgh_obj_id")


def _has_key(text):
    """Of an event of a requirement: its key is the text, such as ROTA-12."""
    key, _dash, digits = text.strip().upper().rpartition("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        return Q(pk__in=())
    products = Product.pgh_event_model.objects.filter(key=key).order_by()
    return Q(number=int(digits), product_id__in=products.values("pgh_obj_id"))


def _entries(found):
    befores = _befores(found)
    events = [event for _place, _source, event in found]
    names = Names([*events, *befores.values()])
    return [
        _entry(place, source, event, befores.get((source.place, event.pk)), names)
        for place, source, event in found
    ]


def _befores(found):
    """(table's place, id) of each event → the one before of the same row."""
    by_source = defaultdict(list)
    for _place, source, event in found:
        if source.is_of_rows and event.pgh_label == "update":
            by_source[source].append(event.pk)
    befores = {}
    for source, ids in by_source.items():
        every = source.events.objects
        earlier = every.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
        of = dict(
            every.filter(pk__in=ids)
            .annotate(before=Subquery(earlier.order_by("-pgh_id").values("pgh_id")[:1]))
            .values_list("pk", "before")
        )
        rows = every.in_bulk([pk for pk in of.values() if pk])
        befores |= {(source.place, pk): rows[old] for pk, old in of.items() if old}
    return befores


def _entry(place, source, event, before, names):
    user, token, means = actor_of(event)
    who = _who(event, user, token, names)
    changes = changes_of(source.tracked, event, before, names) if source.is_of_rows else []
    phrase = phrase_of(source.tracked, event, before, names, user)
    said = TOLD_BY_THE_PHRASE.get(source.tracked, ())
    told = [change for change in changes if change.field not in said]
    sentence = f"{who} {_cut(phrase)}" if who else _cut(phrase)
    if told:
        columns = (f"{one.label} {_quoted(one.old)} → {_quoted(one.new)}" for one in told)
        sentence = f"{sentence}: {'; '.join(columns)}"
    return Entry(
        place=place,
        at=place[0],
        kind=source.kind,
        did=event.pgh_label if source.is_of_rows else event.kind,
        who=who,
        user=user,
        means=f"{means}, {names.token(token)}" if token and user else means,
        sentence=sentence,
        changes=changes,
        change=getattr(event, "pgh_change_id", None),
    )


def _who(event, user, token, names):
    failed = isinstance(event, AccountEvent) and event.kind == AccountEvent.Kind.FAILED
    signed_up = isinstance(event, UserEvent) and event.pgh_label == "insert" and not user
    if failed or signed_up:
        return ""  # the phrase is a sentence
    if user:
        return names.user(user)
    words = names.token(token) if token else "Somebody"
    return words[:1].upper() + words[1:]


def _quoted(value):
    return "nothing" if value is None else f"“{_cut(value)}”"


def _cut(text):
    return text if len(text) <= MAX_SHOWN_CHARACTERS else f"{text[:MAX_SHOWN_CHARACTERS]}…"
