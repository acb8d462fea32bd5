"""The history of scores stays small: what is older than a year keeps one entry a day."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

KEPT_WHOLE = timedelta(days=365)


def thin_history(*, at=None):
    """Of each requirement's changes on one day (UTC) over a year ago, keep the last.

    And the last with a place in the order, where it left the order later that day: what was
    expected of it when it shipped. Returns the number of entries removed.
    """
    before = (at or timezone.now()) - KEPT_WHOLE
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM prioritisation_scorechange earlier
            USING prioritisation_scorechange later
            WHERE later.requirement_id = earlier.requirement_id
                AND later.id > earlier.id AND later.ranked = earlier.ranked
                AND earlier.created_at < %(before)s AND later.created_at < %(before)s
                AND (later.created_at AT TIME ZONE 'UTC')::date
                    = (earlier.created_at AT TIME ZONE 'UTC')::date
            """,
            {"before": before},
        )
        return cursor.rowcount
