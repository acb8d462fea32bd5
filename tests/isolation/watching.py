"""What a request reads and writes, seen from outside: no view has to say it."""

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest import mock

from django.db import connection
from django.forms.forms import BaseForm
from django.http import QueryDict
from rest_framework.serializers import ListSerializer, Serializer

#: tables that no person's input is in, or that only say who has asked
NO_INPUT = {
    "accounts_accountevent",
    "accounts_signinattempts",
    "django_migrations",
    "django_session",
    "pghistory_context",
    "prioritisation_processseen",
    "products_keptanswer",
}


@dataclass(frozen=True)
class Change:
    """One row that was inserted, changed or deleted; `old` or `new` is None where there is none."""

    table: str
    old: dict | None
    new: dict | None

    @property
    def row(self):
        return self.old or self.new

    @property
    def pk(self):
        return self.row.get("id")

    def changed(self):
        """The columns that have another value than before."""
        old, new = self.old or {}, self.new or {}
        return {name for name in {*old, *new} if old.get(name) != new.get(name)}

    def __str__(self):
        if self.old and self.new:
            return f"changed {self.table} {self.pk} {sorted(self.changed())}"
        return f"{'deleted' if self.old else 'inserted'} {self.table} {self.pk}"


def watch_rows():
    """From now on each row that changes is written down, whoever changes it; until a rollback."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE TABLE watched (at bigserial, source text, before jsonb, after jsonb);
            CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP <> 'UPDATE' OR OLD IS DISTINCT FROM NEW THEN
                    INSERT INTO watched (source, before, after) VALUES (
                        TG_TABLE_NAME,
                        CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END,
                        CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END
                    );
                END IF;
                RETURN NULL;
            END $$;
            """
        )
        for table in connection.introspection.table_names(cursor):
            if table not in NO_INPUT | {"watched"}:
                cursor.execute(
                    f'CREATE TRIGGER zz_watch AFTER INSERT OR UPDATE OR DELETE ON "{table}"'
                    " FOR EACH ROW EXECUTE FUNCTION watch()"
                )


def rows_changed():
    with connection.cursor() as cursor:
        cursor.execute("SELECT source, before, after FROM watched ORDER BY at")
        return [
            Change(table, *(row and json.loads(row) for row in rows))
            for table, *rows in cursor.fetchall()
        ]


@dataclass
class Read:
    """What a view read of a request."""

    forms: list = field(default_factory=list)
    serializers: list = field(default_factory=list)
    names: set = field(default_factory=set)
    """Of query and form, wherever it looked one up."""


@contextmanager
def watch_reading():
    """The Read of what is asked in between."""
    seen = Read()

    def noting(target, name, note):
        plain = getattr(target, name)

        def noted(self, *args, **kwargs):
            note(self, *args)
            return plain(self, *args, **kwargs)

        return mock.patch.object(target, name, noted)

    def note_name(_query, name=None, *_more):
        if isinstance(name, str):
            seen.names.add(name)

    with (
        noting(BaseForm, "full_clean", lambda form: seen.forms.append(form)),
        noting(Serializer, "run_validation", lambda one, *_: seen.serializers.append(one)),
        noting(ListSerializer, "run_validation", lambda one, *_: seen.serializers.append(one)),
        noting(QueryDict, "get", note_name),
        noting(QueryDict, "getlist", note_name),
        noting(QueryDict, "__getitem__", note_name),
        noting(QueryDict, "__contains__", note_name),
    ):
        yield seen
