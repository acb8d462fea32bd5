"""What the database refuses, in a test."""

import contextlib

import pytest
from django.db import DatabaseError, connection, transaction


@contextlib.contextmanager
def refused(match, error=DatabaseError):
    with pytest.raises(error, match=match), transaction.atomic():  # noqa: PT012
        yield
        # Deferred ones speak at COMMIT, which a test's transaction never reaches.
        in_sql("SET CONSTRAINTS ALL IMMEDIATE")


def in_sql(statement, values=()):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
