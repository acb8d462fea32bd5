"""Keep what happens around accounts (accounts/account_event.py)."""

from django.db import connection

from accounts.models import AccountEvent


def record(user, kind, *, by=None, means="session"):
    AccountEvent.objects.create(user=user, kind=kind, by=by, means=means)


def count_failure(user_id: int | None) -> None:
    """Count one attempt to sign in that failed: to this account, or to none that there is."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO accounts_accountevent AS counted (kind, user_id, means, hour)
            VALUES ('failed', %s, 'session', date_trunc('hour', now(), 'UTC'))
            ON CONFLICT (user_id, hour) WHERE hour IS NOT NULL
            DO UPDATE SET attempts = counted.attempts + 1
            """,
            [user_id],
        )
