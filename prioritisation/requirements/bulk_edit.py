"""One edit of several requirements: to all of them or, if one changed meanwhile, to none."""

import re
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from django.db.models import FloatField

from products.input_history import changed_fields
from products.models import Requirement
from products.versions import holds_alike

#: More than fit a page of the ranking.
MOST = 500


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody did to a selected requirement since it was selected."""

    requirement: Requirement
    who: str
    when: datetime | None
    fields: list
    """(label, what it was, what it is)."""


class ChangedMeanwhile(Exception):
    """`changes` is a Change for each that has changed; the rest are as they were seen."""

    def __init__(self, changes):
        super().__init__(f"{len(changes)} changed meanwhile")
        self.changes = changes


def seen_in(texts):
    """Number → version of what was selected, from "NUMBER.VERSION"s; what isn't one is left out.

    Nothing of more than MOST: of a part of them one would believe it were all."""
    found = (re.fullmatch(r"([0-9]{1,9})\.([0-9]{1,9})", text) for text in texts)
    seen = {int(match[1]): int(match[2]) for match in found if match}
    return seen if len(seen) <= MOST else {}


def edit_requirements(*, product, by, seen, fields, change):
    """`change(requirement)` each of the seen ones, which may alter `fields`; return them.

    Raises ChangedMeanwhile, and has written nothing, if one isn't at its seen version any more.
    One that is gone is left out: whoever deleted it wanted it no more.
    """
    # In one order: two such edits wait for each other, and don't deadlock.
    rows = list(product.requirements.select_for_update().filter(number__in=seen).order_by("number"))
    stale = [row for row in rows if row.version != seen[row.number]]
    if stale:
        raise ChangedMeanwhile(_changes(stale, seen))
    changed = [row for row in rows if _changes_by(change, row, fields)]
    for row in changed:
        row.updated_by = by
    Requirement.objects.bulk_update(changed, [*fields, "updated_by"])
    return rows


def _changes_by(change, row, fields):
    had = copy(row)
    change(row)
    return not holds_alike(row, had, fields)


def _changes(rows, seen):
    events = Requirement.pgh_event_model.objects.filter(pgh_obj_id__in=[row.pk for row in rows])
    told = {(event.pgh_obj_id, event.version): event for event in events}
    return [
        _change(row, told.get((row.pk, seen[row.number])), told.get((row.pk, row.version)))
        for row in rows
    ]


def _change(row, before, now):
    who = str(row.updated_by) if row.updated_by else "Somebody"
    fields = []
    if before and now:
        fields = [
            (str(field.verbose_name).capitalize(), _said(field, old), _said(field, new))
            for field, old, new in changed_fields(Requirement, now, before)
        ]
    return Change(row, who, now and now.pgh_created_at, fields)


def _said(field, text):
    """As people write it: 13, In progress."""
    if isinstance(field, FloatField):
        return text.removesuffix(".0")
    return str(dict(field.flatchoices).get(text, text))
