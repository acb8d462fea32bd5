"""The triggers that every way of writing passes: ORM, COPY, psql and cascades alike."""

import pgtrigger

NO_MARK_PER_REQUIREMENT_ABOVE = 100


def raises_version(*, ignoring=(), touching=()):
    """Each UPDATE that changes the row raises its `version` by one and sets the columns `touching`
    to the time of its transaction.

    One that changes nothing (`SET title = title`) leaves the row as it was, so that the triggers
    after it have nothing to tell or to mark. Columns in `ignoring` are the row's bookkeeping: they
    are written, and a change to them alone is no edit.
    """
    ours = ("version", *touching)
    left_out = ", ".join(f"'{column}'" for column in (*ours, *ignoring))
    restored = "".join(f"NEW.{column} = OLD.{column}; " for column in ours)
    touched = "".join(f"NEW.{column} = now(); " for column in touching)
    return pgtrigger.Trigger(
        name="raises_version",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
            IF to_jsonb(OLD) - ARRAY[{left_out}] = to_jsonb(NEW) - ARRAY[{left_out}] THEN
                {restored}
            ELSE
                NEW.version = OLD.version + 1; {touched}
            END IF;
            RETURN NEW;
        """,
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
    columns = f"product_id, ({requirement})::bigint AS requirement_id"
    touched = f"SELECT {columns} FROM {tables[0]}"
    if operation is pgtrigger.Update:
        # A row that the statement left as it was changes no score. stays_in_product sees to it
        # that one has the same product, and is of the same requirement, before and after. EXCEPT,
        # as a join would be planned by a session's first statement, of one row perhaps, and then
        # compare ten thousand rows each with each.
        changed = "(TABLE new_rows EXCEPT TABLE old_rows) changed"
        touched = f"SELECT DISTINCT {columns} FROM {changed}"
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
