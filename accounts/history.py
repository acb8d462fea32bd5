"""The input history: who changed what, by which means, in which transaction."""

import pghistory
import pghistory.models
import pgtrigger
from django.db import models

from accounts.expressions import CurrentChange


class Event(pghistory.models.Event):
    """One insert, update or delete of an input row; append-only.

    `pgh_change_id` is the same in all events and marks of one transaction, and in those alone, so a
    score's causes can be looked up here.
    """

    pgh_change_id = models.BigIntegerField(db_default=CurrentChange(), db_index=True)

    class Meta:
        abstract = True


def with_input_history(*, exclude=(), indexes=(), **options):
    """Class decorator: write every insert, update and delete of the model to its event table."""

    def track(model):
        # What a row was at some time, however often it was changed since.
        by_row = models.Index(
            fields=["pgh_obj", "pgh_id"], name=f"{model.__name__.lower()}_events_by_row"
        )
        return pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
            exclude=list(exclude),
            base_model=Event,
            obj_field=pghistory.ObjForeignKey(related_name="events", db_index=False),
            context_field=pghistory.ContextJSONField(),
            context_id_field=None,
            # One insert a statement instead of one a row: imports write tens of thousands of rows.
            level=pgtrigger.Statement,
            meta={"indexes": [by_row, *indexes]},
            **options,
        )(model)

    return track


def acting(*, means, user=None, token=None):
    """Context in which every input event carries its actor and means.

    `means` is one of session, token, admin, import, command. Entered inside another, it adds to
    that one. A COPY doesn't carry it: run a statement that isn't a SELECT before it.
    """
    known = {"means": means, "user": user and user.pk, "token": token and token.pk}
    return pghistory.context(**{key: value for key, value in known.items() if value})
