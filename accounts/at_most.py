"""A stated most of rows for each parent, kept by the database: no way of writing passes it."""

import re

import pgtrigger
from django.db import IntegrityError


def at_most(limit: int, *, of: str, parent: str, says: str, where: str = "true"):
    """A trigger: no parent row has more than `limit` rows `where` its column `of` names it.

    `says` is the rule, such as "a product has at most 100 personas". The parent is locked before
    the rows are counted. Else: A and B insert the hundredth, neither sees the other's, both pass.
    """
    return pgtrigger.Trigger(
        name="are_not_too_many",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="new_rows"),
        func=pgtrigger.Func(
            f"""
            PERFORM FROM {parent} WHERE id IN (SELECT {of} FROM new_rows WHERE {where})
            ORDER BY id FOR NO KEY UPDATE;
            IF EXISTS (
                SELECT FROM {{meta.db_table}}
                WHERE {of} IN (SELECT {of} FROM new_rows WHERE {where}) AND {where}
                GROUP BY {of} HAVING count(*) > {limit}
            ) THEN
                RAISE EXCEPTION '{says}'
                USING ERRCODE = 'check_violation', CONSTRAINT = '{says.replace(" ", "_")}';
            END IF;
            RETURN NULL;
            """  # noqa: S608 - names of ours
        ),
    )


def too_many_in(error: IntegrityError) -> str:
    """The rule that was broken, as a sentence; empty if it was another one."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
    if not re.search(r"_has_at_most_\d+_", name):
        return ""
    return f"{name[0].upper()}{name[1:].replace('_', ' ')}."
