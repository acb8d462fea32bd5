"""@name in what somebody writes: whom it names, and where in the text."""

import re
from collections.abc import Iterable, Iterator
from unicodedata import normalize

from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models import User

# What may be in a user's name; not within a word, else every e-mail would name somebody.
# \u0300-\u036f: accents that are typed apart.
_MENTION = re.compile(r"(?<![\w@.+-])@([\w\u0300-\u036f.@+-]+)")
#: in a name, but at the end of it more likely the sentence's
_PUNCTUATION = ".@+-"
MAX_OFFERED = 8


def members_named(product_id: int, texts: Iterable[str]) -> list[User]:
    """The active members whom these texts may name; for `pieces` and `mentioned`."""
    asked = {
        name.lower()
        for text in texts
        for match in _MENTION.finditer(text)
        for name in _readings(normalize("NFKC", match[1]))
    }
    if not asked:
        return []
    members = User.objects.filter(is_active=True, memberships__product=product_id)
    return list(members.annotate(lower=Lower("username")).filter(lower__in=asked))


def members_called(product_id: int, begun: str) -> list[User]:
    """Some of the active members whose name, or one of whose names, begins so."""
    begun = begun.replace("\x00", "")
    called = Q(username__istartswith=begun) | Q(first_name__istartswith=begun)
    called |= Q(last_name__istartswith=begun)
    members = User.objects.filter(called, is_active=True, memberships__product=product_id)
    return list(members.order_by("username")[:MAX_OFFERED])


def mentioned(text: str, members: Iterable[User]) -> list[User]:
    """Those of the members whom the text names, each once."""
    return list(dict.fromkeys(user for _piece, user in pieces(text, members) if user))


def pieces(text: str, members: Iterable[User]) -> Iterator[tuple[str, User | None]]:
    """The text in pieces, each with the member it names, if it does; joined, they are the text."""
    members, end = list(members), 0
    for match in _MENTION.finditer(text):
        name, user = _named(match[1], members)
        if user:
            yield text[end : match.start()], None
            end = match.start() + 1 + len(name)
            yield text[match.start() : end], user
    yield text[end:], None


def _named(word, members):
    for name in _readings(word):
        written = normalize("NFKC", name)  # as names are kept
        alike = [user for user in members if user.username.lower() == written.lower()]
        exact = [user for user in alike if user.username == written]
        # Two that differ by a capital alone: only the one that is written so is meant.
        for found in (exact, alike):
            if len(found) == 1:
                return name, found[0]
    return word, None


def _readings(word):
    """Of “bob.”: the whole and, where nobody is called that, “bob”."""
    yield word
    while word and word[-1] in _PUNCTUATION:
        word = word[:-1]
        if word:
            yield word
