"""The history of scores stays small: what is older than a year keeps one entry a day."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

KEPT_WHOLE = timedelta(days=365)
#: entries looked at in one transaction, which so lasts a fraction of a second
ENTRIES_AT_ONCE = 5_000


def thin_history(*, at=None, wanted=lambda: True):
    """Of each requirement's changes on one day (UTC) over a year ago, keep the last.

    And the last with a place in the order, where it left the order later that day: what was
    expected of it when it shipped. Returns the number of entries removed.

    Some entries at a time, each in a transaction of its own, while `wanted()`. What goes has a
    later entry of its day; so it doesn't matter where this is broken off, and it may begin
    again from the start.
    """
    before = (at or timezone.now()) - KEPT_WHOLE
    removed, after = 0, 0
    while wanted() and (upto := _end_of_the_next(after)):
        removed += _thin(after, upto, before)
        after = upto
    return removed


def _end_of_the_next(after):
    """The id up to which there are some entries to look at, or None."""
    return _value(
        """
        SELECT max(id) FROM (
            SELECT id FROM prioritisation_scorechange WHERE id > %s ORDER BY id LIMIT %s
        ) next
        """,
        [after, ENTRIES_AT_ONCE],
    )


def _thin(after, upto, before):
    # Only the very next one is looked at: by the index, whereas "is there any later one" was
    # planned as a walk over the whole history for each part of it.
    return _value(
        """
        WITH removed AS (
            DELETE FROM prioritisation_scorechange WHERE id IN (
                SELECT earlier.id FROM prioritisation_scorechange earlier
                CROSS JOIN LATERAL (
                    SELECT created_at FROM prioritisation_scorechange later
                    WHERE later.requirement_id = earlier.requirement_id
                        AND later.id > earlier.id AND later.ranked = earlier.ranked
                    ORDER BY later.id LIMIT 1
                ) next
                WHERE earlier.id > %(after)s AND earlier.id <= %(upto)s
                    AND earlier.created_at < %(before)s AND next.created_at < %(before)s
                    AND (next.created_at AT TIME ZONE 'UTC')::date
                        = (earlier.created_at AT TIME ZONE 'UTC')::date
            ) RETURNING 1
        ) SELECT count(*) FROM removed
        """,
        {"after": after, "upto": upto, "before": before},
    )


def _value(statement, values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]
