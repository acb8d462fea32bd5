"""Who is to hear nothing more on a stream that is open, whatever ended the right to it.

Triggers write it in the transaction that ends the right: a page's, an admin's, psql's. After its
COMMIT the request tells the live process (prioritisation/pipeline/notify.py). The sweeper tells
what nobody has told, and repeats all as long as a ticket from before is good: a message may get
lost, a live process may have been started since. Needs no models, so that the live process can
import it.
"""

import hashlib
import time

from django.db import connection

#: how long a ticket is good
TICKET_SECONDS = 300

Who = tuple[int | None, int | None, str | None]
"""A user, a product and a session that a ticket names; None stands for every one."""
CutOffTold = tuple[int | None, int | None, str | None, float]
"""Who, and the Unix time: their tickets from before it are void."""


def session_name(session_key: str) -> str:
    """What a ticket and a cut-off call a session; its key stays secret."""
    return hashlib.sha256(session_key.encode()).hexdigest()


def untold_cut_offs() -> list[CutOffTold]:
    """What nobody has told yet; it counts as told by the caller.

    Its time is now, and not that of the trigger. Else: A removes a member at 0 s; at 1 s the
    member, who still is one, gets a ticket; A commits at 2 s; the ticket is younger than the
    removal and stays good.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE accounts_cutoff SET told_at = %s
            WHERE id IN (SELECT id FROM accounts_cutoff WHERE told_at IS NULL
                         FOR UPDATE SKIP LOCKED)
            RETURNING user_id, product_id, session, told_at
            """,
            [time.time()],
        )
        return cursor.fetchall()


def cut_offs_that_matter() -> list[CutOffTold]:
    """All for which a ticket from before may still be good; the others are deleted."""
    untold_cut_offs()
    with connection.cursor() as cursor:
        oldest = time.time() - TICKET_SECONDS
        cursor.execute("DELETE FROM accounts_cutoff WHERE told_at < %s", [oldest])
        cursor.execute(
            "SELECT user_id, product_id, session, told_at FROM accounts_cutoff"
            " WHERE told_at IS NOT NULL"
        )
        return cursor.fetchall()
