"""Several statements that see one moment."""

from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def snapshot():
    """All reads inside see one moment (REPEATABLE READ, READ ONLY); within a transaction, its own.

    In separate statements a ranking was seen to hold new input, an old score and `stale: false`.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
