"""Nothing is changed in the log, or removed from it, by the role that the application has."""

import os

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from accounts.account_events import count_failure, record
from accounts.models import AccountEvent
from tests import crawling
from tests.models.test_input_history import event_models

pytestmark = pytest.mark.scores_are_tampered_with

TABLES = [model._meta.db_table for model in [*event_models(), AccountEvent]]


@pytest.fixture
def as_application(db):
    """Statements are those of a role that may do everything with the rows of every table."""
    product = crawling.cast()
    for kind in AccountEvent.Kind:
        record(product.memberships.first().user, kind)
    role = f"application_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {role}")
        cursor.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
        cursor.execute(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}")
        cursor.execute(f"SET LOCAL ROLE {role}")
        yield cursor
        cursor.execute("RESET ROLE")


def refusal(cursor, statement):
    """Why PostgreSQL refuses the statement; None where it doesn't."""
    try:
        with transaction.atomic():
            cursor.execute(statement)
            transaction.set_rollback(True)
    except DatabaseError as error:
        return str(error).splitlines()[0]
    return None


def test_no_row_is_changed_or_removed(as_application):
    for table in TABLES:
        as_application.execute(f"SELECT count(*) FROM {table}")
        assert as_application.fetchone()[0], f"{table} has no row to try it with"
        time = "at" if table == "accounts_accountevent" else "pgh_created_at"
        for statement in (
            f"UPDATE {table} SET {time} = {time} - interval '1 day'",
            f"DELETE FROM {table}",
        ):
            assert "Cannot update or delete rows" in (refusal(as_application, statement) or "")
        truncated = refusal(as_application, f"TRUNCATE {table} CASCADE") or ""
        assert "Cannot truncate" in truncated, table


def test_the_control_rows_of_other_tables_are_changed_and_removed(as_application):
    for statement in ("UPDATE products_comment SET text = ''", "DELETE FROM products_comment"):
        assert refusal(as_application, statement) is None
    assert refusal(as_application, "TRUNCATE accounts_signinattempts") is None


def test_the_triggers_are_not_switched_off_by_whoever_does_not_own_the_tables(as_application):
    for statement in (
        "ALTER TABLE products_commentevent DISABLE TRIGGER USER",
        "DROP TABLE products_commentevent",
        "SET session_replication_role = replica",
    ):
        denied = refusal(as_application, statement) or ""
        assert "must be owner" in denied or "permission denied" in denied, statement


def test_failures_are_counted_and_never_down(as_application):
    user = AccountEvent.objects.first().user
    for _ in range(3):
        count_failure(user.pk)
        count_failure(None)

    counted = AccountEvent.objects.filter(hour__isnull=False)
    assert dict(counted.values_list("user", "attempts")) == {user.pk: 3, None: 3}
    for change in ("attempts = 2", "attempts = 3", "attempts = 4, user_id = 0", "kind = 'email'"):
        wrong = f"UPDATE accounts_accountevent SET {change} WHERE hour IS NOT NULL"
        assert "Cannot update" in (refusal(as_application, wrong) or ""), change
