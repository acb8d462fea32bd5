"""What manage.py runs: a command, and one line where a server or a setting is missing."""

import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import InterfaceError, OperationalError
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import ConnectionError as RedisError
from redis.exceptions import TimeoutError as RedisTimeout

POSTGRES_IS_AWAY = (
    "PostgreSQL doesn't answer ({}). `make run` starts one; DATABASE_URL names another."
)
REDIS_IS_AWAY = "Redis doesn't answer ({}). `make run` starts one; REDIS_URL names another."


def run(argv: list[str]) -> None:
    """Run the command; a server that doesn't answer ends it with one line and code 1."""
    try:
        execute_from_command_line(argv)
    except (OperationalError, InterfaceError) as error:
        if "--traceback" in argv or not is_about_the_connection(error):
            raise
        sys.exit(POSTGRES_IS_AWAY.format(in_one_line(error)))
    except (BrokerError, RedisError, RedisTimeout) as error:
        if "--traceback" in argv:
            raise
        sys.exit(REDIS_IS_AWAY.format(in_one_line(error)))
    except ImproperlyConfigured as error:
        if "--traceback" in argv:
            raise
        sys.exit(in_one_line(error))


def is_about_the_connection(error: Exception) -> bool:
    """Whether there is none, or it broke off; PostgreSQL gives all other errors a code."""
    return getattr(error.__cause__, "pgcode", None) is None


def in_one_line(error: Exception) -> str:
    """Its first line: psycopg2 goes on with a question."""
    return str(error).strip().partition("\n")[0]
