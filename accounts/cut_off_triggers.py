"""The triggers that cut somebody off (accounts/cut_offs.py)."""

import pgtrigger

#: A statement that ends more than so many rights ends all: whoever still has one comes again.
MAX_CUT_OFFS_OF_A_STATEMENT = 100


def cuts_off(
    *,
    key: str,
    updated: str,
    deleted: str = "true",
    user: str = "NULL",
    product: str = "NULL",
    session: str = "NULL",
) -> list[pgtrigger.Trigger]:
    """Triggers that cut off whom the rows of a statement are of: SQL over `o`, a row as it was.

    `updated` says which change, to `n` of the same `key`, ends a right; `deleted`, which deletion.
    """
    columns = f"({user})::bigint, ({product})::bigint, ({session})::text FROM old_rows o"
    joined = f"LEFT JOIN new_rows n ON n.{key} = o.{key} WHERE n.{key} IS NULL OR {updated}"
    both = pgtrigger.Referencing(old="old_rows", new="new_rows")
    old = pgtrigger.Referencing(old="old_rows")
    return [
        _cuts_off("update", pgtrigger.Update, f"{columns} {joined}", both),
        _cuts_off("delete", pgtrigger.Delete, f"{columns} WHERE {deleted}", old),
        _cuts_off("truncate", pgtrigger.Truncate, "NULL::bigint, NULL::bigint, NULL::text", None),
    ]


def _cuts_off(verb, operation, ended, referencing) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=f"cuts_off_on_{verb}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=referencing,
        func=f"""
            INSERT INTO accounts_cutoff (user_id, product_id, session)
            WITH ended (user_id, product_id, session) AS (SELECT DISTINCT {ended}),
            sized AS (SELECT count(*) AS n FROM ended)
            SELECT ended.* FROM ended, sized WHERE n <= {MAX_CUT_OFFS_OF_A_STATEMENT}
            UNION ALL
            SELECT NULL, NULL, NULL FROM sized WHERE n > {MAX_CUT_OFFS_OF_A_STATEMENT};
            RETURN NULL;
        """,  # noqa: S608 - our own constants
    )
