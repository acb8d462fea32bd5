"""Of which kind each field of a request is, and a request with another value in it."""

import copy
from collections import defaultdict
from dataclasses import replace

from django import forms
from rest_framework import serializers

#: class of a field → its kind; the first that fits
KINDS = [
    ((forms.EmailField, serializers.EmailField), "e-mail"),
    ((forms.URLField, serializers.URLField), "URL"),
    ((forms.DateField, forms.DateTimeField, serializers.DateField), "date"),
    ((forms.IntegerField, serializers.IntegerField, serializers.FloatField), "number"),
    ((forms.BooleanField, serializers.BooleanField), "flag"),
    ((forms.ChoiceField, serializers.ChoiceField), "choice"),
    ((serializers.PrimaryKeyRelatedField,), "id"),
]
#: fields that no class tells from others
BY_NAME = {
    "tags": "tags", "add": "tags", "remove": "tags", "persona": "id", "requirement": "id",
    "product": "id", "number": "id", "row": "id", "version": "id", "comment": "id",
}  # fmt: skip


def kind_of(name, field):
    if name in BY_NAME:
        return BY_NAME[name]
    return next((kind for classes, kind in KINDS if isinstance(field, classes)), "text")


def fields_of(crawl, ask):
    """(path to it, kind) of each value in the body; a path is a list of names and positions."""
    known = crawl.asks.kinds
    if not ask.is_api:
        for at, (name, _value) in enumerate(ask.body):
            yield [at], known.get((ask.url, name), BY_NAME.get(name, "text"))
        return
    for path in _leaves(ask.body):
        name = next((one for one in reversed(path) if isinstance(one, str)), "")
        yield path, known.get((ask.url, name), BY_NAME.get(name, "text"))


def _leaves(value, path=()):
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _leaves(one, (*path, name))
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from _leaves(one, (*path, at))
    else:
        yield list(path)
    if path and isinstance(value, dict | list):
        yield list(path)


def put(ask, path, value):
    """The same request with this value there."""
    if not ask.is_api:
        at = path[0]
        text = value if isinstance(value, str) else str(value)
        pairs = (*ask.body[:at], (ask.body[at][0], text), *ask.body[at + 1 :])
        return replace(ask, body=pairs)
    body = copy.deepcopy(ask.body)
    inside = body
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    return replace(ask, body=body)


def kinds_in(crawl, asks):
    """Kind → the (request, path) of all its fields."""
    found = defaultdict(list)
    for ask in asks:
        for path, kind in fields_of(crawl, ask):
            found[kind].append((ask, path))
    return found
