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


def never_emptied():
    """A trigger that refuses TRUNCATE, which passes by the triggers of rows."""
    return pgtrigger.Trigger(
        name="never_emptied",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'Cannot truncate % table', TG_TABLE_NAME;",
    )


def with_input_history(*, exclude=(), indexes=(), **options):
    """Class decorator: write every insert, update and delete of the model to its event table."""

    def track(model):
        # What a row was at some time, however often it was changed since.
        by_row = models.Index(
            fields=["pgh_obj", "pgh_id"], name=f"{model.__name__.lower()}_events_by_row"
        )
        of_a_product = any(field.name == "product" for field in model._meta.local_fields)
        # The log of a product, newest first (prioritisation/log).
        by_time = models.Index(
            fields=["product", "pgh_created_at", "pgh_id"],
            name=f"{model.__name__.lower()}_events_by_time",
        )
        ours = [by_row, by_time] if of_a_product else [by_row]
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
            meta={"indexes": [*ours, *indexes], "triggers": [never_emptied()]},
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
