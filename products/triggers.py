"""The triggers that every way of writing passes: ORM, COPY, psql and cascades alike."""

import pgtrigger

NO_MARK_PER_REQUIREMENT_ABOVE = 100


def raises_version(*, ignoring=()):
    """Each UPDATE that changes the row raises its `version` by one.

    Columns in `ignoring` are the row's bookkeeping: a change to them alone is no edit.
    """
    ignored = "".join(f" - '{column}'" for column in ignoring)
    return pgtrigger.Trigger(
        name="raises_version",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(
            f"to_jsonb(OLD.*){ignored} IS DISTINCT FROM to_jsonb(NEW.*){ignored}"
            if ignoring
            else "OLD.* IS DISTINCT FROM NEW.*"
        ),
        func="NEW.version = OLD.version + 1; RETURN NEW;",
    )


def touches_updated_at():
    return pgtrigger.Trigger(
        name="updated_at",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func="NEW.updated_at = now(); RETURN NEW;",
    )


def stays_in_product(*columns):
    """The row never moves to another product (nor changes what else is named)."""
    return pgtrigger.ReadOnly(name="stays_in_product", fields=["product", *columns])


def marks_product(*, requirement):
    """Every statement that changes rows marks their products for scoring, in its transaction.

    `requirement` is the SQL for the requirement a row belongs to ("NULL": the whole product).
    The table belongs to prioritisation; its name is resolved when a trigger fires.
    """
    return [
        _marks("insert", pgtrigger.Insert, ["new_rows"], requirement),
        _marks("update", pgtrigger.Update, ["old_rows", "new_rows"], requirement),
        _marks("delete", pgtrigger.Delete, ["old_rows"], requirement),
    ]


def _marks(verb, operation, tables, requirement):
    touched = " UNION ".join(
        f"SELECT product_id, ({requirement})::bigint AS requirement_id FROM {rows}"
        for rows in tables
    )
    # Deleting a product cascades: its rows' triggers fire when it is gone, after its own trigger
    # has cleared the marks, and would leave some for ever.
    alive = (
        " WHERE EXISTS (SELECT FROM products_product WHERE id = product_id)"
        if operation is pgtrigger.Delete
        else ""
    )
    return pgtrigger.Trigger(
        name=f"marks_product_on_{verb}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(
            old="old_rows" if "old_rows" in tables else None,
            new="new_rows" if "new_rows" in tables else None,
        ),
        func=f"""
            INSERT INTO prioritisation_productchange (product_id, requirement_id, table_name)
            WITH touched AS ({touched}),
            sized AS (SELECT product_id, count(*) AS n FROM touched GROUP BY product_id)
            SELECT DISTINCT product_id,
                CASE WHEN n <= {NO_MARK_PER_REQUIREMENT_ABOVE} THEN requirement_id END,
                TG_TABLE_NAME
            FROM touched JOIN sized USING (product_id){alive};
            RETURN NULL;
        """,
    )
