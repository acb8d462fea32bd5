"""A stated most of rows for each parent, kept by the database: no way of writing passes it."""

import re

import pgtrigger
from django.db import IntegrityError


def at_most(limit: int, *, of: str, parent: str, says: str, where: str = "true"):
    """Triggers: no parent row has more than `limit` rows `where` its column `of` names it.

    `says` is the rule, such as "a product has at most 100 personas". With a `where`, updates are
    looked at too: a role that is raised or a revocation taken back makes a row count.
    """
    rule = {"limit": limit, "of": of, "parent": parent, "says": says, "where": where}
    new, old = (f"SELECT {of} FROM {rows} WHERE {where}" for rows in ("new_rows", "old_rows"))  # noqa: S608
    inserted = _trigger(
        "are_not_too_many", pgtrigger.Insert, _refuse(**rule, more=new), new="new_rows"
    )
    # EXCEPT ALL leaves the parents that have more than before: an update that changes
    # nothing of it (when a token was used last) doesn't wait for its user's row.
    gained = _refuse(**rule, more=f"{new} EXCEPT ALL {old}")
    updated = _trigger(
        "do_not_become_too_many", pgtrigger.Update, gained, new="new_rows", old="old_rows"
    )
    return [inserted] if where == "true" else [inserted, updated]


def _trigger(name, operation, func, **rows):
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**rows),
        func=pgtrigger.Func(func),
    )


def _refuse(*, limit, of, parent, says, where, more):
    """`more` selects the parents that may have too many now.

    They are locked before the rows are counted. Else: A and B insert the hundredth, neither sees
    the other's, both pass.
    """
    return f"""
            PERFORM FROM {parent} WHERE id IN ({more})
            ORDER BY id FOR NO KEY UPDATE;
            IF EXISTS (
                SELECT FROM {{meta.db_table}}
                WHERE {of} IN ({more}) AND {where}
                GROUP BY {of} HAVING count(*) > {limit}
            ) THEN
                RAISE EXCEPTION '{says}'
                USING ERRCODE = 'check_violation', CONSTRAINT = '{says.replace(" ", "_")}';
            END IF;
            RETURN NULL;
            """


def too_many_in(error: IntegrityError) -> str:
    """The rule that was broken, as a sentence; empty if it was another one."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
    if not re.search(r"_has_at_most_\d+_", name):
        return ""
    return f"{name[0].upper()}{name[1:].replace('_', ' ')}."
