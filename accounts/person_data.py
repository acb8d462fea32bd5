"""All that is kept about one person, as a file."""

import json
from collections.abc import Iterable, Iterator

import pghistory.models
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, Model, Q, QuerySet

from accounts.models import User

#: what would open a door, and whatever else is nobody's to carry about
SECRET = {
    "data", "digest", "lookup", "password", "secret", "session_data", "session_key", "token",
    "token_secret",
}  # fmt: skip
#: who touched a row last isn't who wrote it
BOOKKEEPING = {"updated_by"}
READ_AT_ONCE = 500


def person_data(user: User) -> Iterator[str]:
    """JSON in pieces, one key a table: the account, what refers to it (sessions, tokens,
    memberships, what they wrote), then what they did. Tables yet to come are in it too."""
    yield '{"account": ' + _json(_columns(user))
    for model, fields in _referring_to_users():
        names = [field.name for field in fields]
        mine = Q(*((name, user) for name in names), _connector=Q.OR)
        yield from _section(model._meta.label_lower, _rows(model._default_manager.filter(mine)))
    yield from _section("done", _done_by(user))
    yield "}\n"


def _referring_to_users() -> Iterator[tuple[type[Model], list[Field]]]:
    for model in apps.get_models():
        fields = [
            field
            for field in model._meta.concrete_fields
            if field.related_model is User and field.name not in BOOKKEEPING
        ]
        if fields and not _is_event(model):
            yield model, fields


def _is_event(model: type[Model]) -> bool:
    return issubclass(model, pghistory.models.Event)


def _done_by(user: User) -> Iterator[dict]:
    for model in filter(_is_event, apps.get_models()):
        mine = Q(pgh_context__user=user.pk)
        if model.pgh_tracked_model is User:
            mine |= Q(pgh_obj_id=user.pk)
        for event in model.objects.filter(mine).order_by("pgh_id").iterator(READ_AT_ONCE):
            yield {
                "at": event.pgh_created_at,
                "did": event.pgh_label,
                "what": model.pgh_tracked_model._meta.label_lower,
                "means": (event.pgh_context or {}).get("means"),
                "row": {
                    name: value for name, value in _columns(event).items() if name[:4] != "pgh_"
                },
            }


def _rows(rows: QuerySet) -> Iterator[dict]:
    relations = [field.name for field in rows.model._meta.concrete_fields if field.is_relation]
    for row in rows.select_related(*relations).order_by("pk").iterator(READ_AT_ONCE):
        named = {f"{name}_name": str(getattr(row, name) or "") for name in relations}
        yield _columns(row) | named


def _columns(row: Model) -> dict:
    fields = row._meta.concrete_fields
    return {field.attname: getattr(row, field.attname) for field in fields if _is_told(field)}


def _is_told(field: Field) -> bool:
    return field.name not in SECRET


def _section(name: str, rows: Iterable[dict]) -> Iterator[str]:
    yield f', "{name}": ['
    for place, row in enumerate(rows):
        yield (", " if place else "") + _json(row)
    yield "]"


def _json(value: dict) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
