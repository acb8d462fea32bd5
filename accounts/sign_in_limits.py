"""How often something may be tried, sign-in above all, counted in PostgreSQL.

Counted before the password is looked at, in one statement that commits at once, so that two
hundred attempts side by side each see those before them. allauth's own limits wait for each other
in a cache: under an attack everybody's sign-in would wait with them.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import F
from django.utils import timezone

from accounts.models import SignInAttempts


@dataclass(frozen=True)
class Limit:
    """At most `most` attempts in the `seconds` that begin with the first of them."""

    name: str
    most: int
    seconds: int


PER_ACCOUNT_AND_ADDRESS = Limit("account and address", most=5, seconds=300)
PER_ACCOUNT = Limit("account", most=10, seconds=900)
PER_ADDRESS = Limit("address", most=10, seconds=60)
CODES_PER_ACCOUNT = Limit("codes of a second factor", most=5, seconds=300)
POSTS_PER_DOOR = Limit("posts to a door", most=20, seconds=60)
MAILS_PER_ADDRESS = Limit("mails of a forgotten password", most=5, seconds=300)
EMAILS_PER_USER = Limit("new e-mails of a user", most=5, seconds=3600)

Counted = tuple[Limit, str]
"""A limit, and whose attempts it counts."""


def limits_of_account(*, account: str, address: str) -> list[Counted]:
    """What an attempt to sign in counts under first. `account` is what was typed, known or not."""
    account = account.strip().casefold()
    return [(PER_ACCOUNT_AND_ADDRESS, f"{account}\0{address}"), (PER_ACCOUNT, account)]


def limits_of_address(address: str) -> list[Counted]:
    """And then, where those let it through: else whoever tries one account two hundred times
    would keep everybody out who shares their address."""
    return [(PER_ADDRESS, address)]


def take(counted: Iterable[Counted]) -> bool:
    """Count one attempt under each; whether none of the limits is passed by it."""
    limits = {_key(limit, who): limit for limit, who in counted}
    # In the order of the keys. Else: A counts its account, then the address; B the address, then
    # A's account; each waits for the other's row.
    keys = sorted(limits)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO accounts_signinattempts AS counted (key, ends_at, attempts)
            SELECT key, clock_timestamp() + make_interval(secs => seconds), 1
            FROM unnest(%s::text[], %s::int[]) AS k (key, seconds)
            ON CONFLICT (key) DO UPDATE SET
                attempts = CASE WHEN counted.ends_at < clock_timestamp()
                                THEN 1 ELSE counted.attempts + 1 END,
                ends_at = CASE WHEN counted.ends_at < clock_timestamp()
                               THEN excluded.ends_at ELSE counted.ends_at END
            RETURNING key, attempts
            """,
            [keys, [limits[key].seconds for key in keys]],
        )
        return all(attempts <= limits[key].most for key, attempts in cursor.fetchall())


def give_back(counted: Iterable[Counted]) -> None:
    """The attempt succeeded: it counts no more."""
    SignInAttempts.objects.filter(
        key__in=[_key(limit, who) for limit, who in counted], attempts__gt=0
    ).update(attempts=F("attempts") - 1)


def forget_ended() -> int:
    """Delete what counts no more; return how many rows."""
    return SignInAttempts.objects.filter(ends_at__lt=timezone.now()).delete()[0]


def _key(limit: Limit, who: str) -> str:
    """No name or address is stored, only what they hash to."""
    return hashlib.sha256(f"{limit.name}\0{who}".encode()).hexdigest()
