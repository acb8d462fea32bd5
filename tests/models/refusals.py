"""What the database refuses, in a test."""

import contextlib

import pytest
from django.db import DatabaseError, connection, transaction


@contextlib.contextmanager
def refused(match, error=DatabaseError):
    with pytest.raises(error, match=match), transaction.atomic(), _deferred_too():
        yield


@contextlib.contextmanager
def _deferred_too():
    """Constraints that speak at COMMIT, which a test's transaction never reaches, speak here."""
    yield
    in_sql("SET CONSTRAINTS ALL IMMEDIATE")


def in_sql(statement, values=()):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
