"""How long PostgreSQL lets a program's statement run, wait for a lock, or rest in a transaction.

Without them one slow search, or one transaction that was forgotten in psql, holds a thread of the
site for ever, and eight hold the site. Commands (migrate, import_ratings, load_samples, …) have
none: somebody waits for them on purpose.
"""

from dataclasses import dataclass

from django.db import connections


@dataclass(frozen=True)
class Limits:
    """In seconds."""

    statement: int
    lock: int
    """Less than a statement's: what waits for somebody says so, and not that it took too long."""
    idle_in_transaction: int
    """Of a process that hangs between two statements: its locks go with its connection."""

    @property
    def options(self) -> str:
        given = {
            "statement_timeout": self.statement,
            "lock_timeout": self.lock,
            "idle_in_transaction_session_timeout": self.idle_in_transaction,
        }
        return " ".join(f"-c {name}={seconds}s" for name, seconds in given.items())


#: somebody looks at a page that doesn't come, and a proxy gives up after a minute
WEB = Limits(statement=20, lock=5, idle_in_transaction=60)
#: a rescore of the largest product takes some seconds, its longest statement one
WORKER = Limits(statement=120, lock=10, idle_in_transaction=300)
#: also thins the history once a day: one long statement
SWEEPER = Limits(statement=600, lock=10, idle_in_transaction=300)


def limit_connections(limits: Limits) -> None:
    """Of this process, from now on. What DATABASE_URL says itself comes later, and so counts."""
    options = connections.settings["default"].setdefault("OPTIONS", {})
    options["options"] = f"{limits.options} {options.get('options', '')}".strip()
