"""How many rows each statement touches, whatever the clock says."""

from contextlib import contextmanager
from unittest.mock import patch

from django.db import connection

from prioritisation.pipeline import read_inputs


class Touched:
    """Runs each statement that reads once more under EXPLAIN ANALYZE; `most` is the worst one."""

    def __init__(self):
        self.most, self.statement = 0, ""

    def __call__(self, execute, sql, params, many, context):
        if sql.lstrip().upper().startswith(("SELECT", "WITH")) and "advisory" not in sql:
            self.look_at(sql, params)
        return execute(sql, params, many, context)

    def look_at(self, sql, params=None):
        with connection.connection.cursor() as cursor:
            cursor.execute("SAVEPOINT before_explain")
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
            rows = touched(cursor.fetchone()[0][0]["Plan"])
            cursor.execute("ROLLBACK TO before_explain")
        if rows > self.most:
            self.most, self.statement = rows, sql


@contextmanager
def touched_rows():
    """The Touched of what is read under it, by a rescore's COPY too."""
    worst, copy_out = Touched(), read_inputs.copy_out

    def looked_at(cursor, query, columns):
        worst.look_at(query)
        return copy_out(cursor, query, columns)

    with patch.object(read_inputs, "copy_out", looked_at), connection.execute_wrapper(worst):
        yield worst


def touched(plan):
    """Rows that the plan's nodes gave or threw away, each as often as it did."""
    removed = sum(value for name, value in plan.items() if name.startswith("Rows Removed"))
    own = (plan["Actual Rows"] + removed) * plan["Actual Loops"]
    return own + sum(touched(inner) for inner in plan.get("Plans", ()))
