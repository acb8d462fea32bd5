"""The environment's variables, taken by their word: what can't be read is refused, by name."""

import math
import re

import environ
from django.core.exceptions import ImproperlyConfigured
from psycopg2 import ProgrammingError
from psycopg2.extensions import parse_dsn

WORDS = dict.fromkeys(("true", "yes", "on", "1"), True) | dict.fromkeys(
    ("false", "no", "off", "0"), False
)
#: libpq's names → Django's
DATABASE_KEYS = {
    "dbname": "NAME",
    "user": "USER",
    "password": "PASSWORD",
    "host": "HOST",
    "port": "PORT",
}


class Environment(environ.Env):
    """django-environ without its guesses. An empty variable is as good as none.

    Left to itself it takes "$x…" for the name of another variable and, where there is none, the
    default: a secret key that begins so was replaced in silence. It takes HTTPS=ture for "off",
    and the "+" in a database's password for a space.
    """

    def get_value(self, var, cast=None, default=environ.Env.NOTSET, parse_default=False):
        text = self.ENVIRON.get(var, "")
        if text == "":
            if default is self.NOTSET:
                raise ImproperlyConfigured(f"Set the environment variable {var}.")
            return default
        read, wanted = READERS.get(cast, (str, "text"))
        try:
            return read(text)
        except (ValueError, KeyError):
            raise ImproperlyConfigured(f"{var} must be {wanted}, not {text!r}.") from None

    def one_of(self, var, choices, *, default):
        text = self(var, default=default)
        if text not in choices:
            raise ImproperlyConfigured(f"{var} must be one of {', '.join(choices)}, not {text!r}.")
        return text

    @classmethod
    def db_url_config(cls, url, engine=None):
        """Django's settings of an address as PostgreSQL's own programs read it."""
        try:
            told = parse_dsn(url)
        except ProgrammingError:
            told = {}
        # "u:p/w@host" is read as a host u whose port is "p", "u:p@w@host" as a host "w@host".
        ports, hosts = told.get("port", "").replace(",", ""), told.get("host", "")
        if not told.get("dbname") or (ports and not ports.isdigit()) or "@" in hosts:
            raise ImproperlyConfigured(
                "DATABASE_URL must be like postgresql://user:password@host:5432/name, with what "
                "isn't a letter or digit in a password written as %xx."
            )
        known = {django: told.pop(name, "") for name, django in DATABASE_KEYS.items()}
        return {"ENGINE": engine or "django.db.backends.postgresql", **known, "OPTIONS": told}


def _boolean(text):
    return WORDS[text.strip().lower()]


def _number(text):
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _words(text):
    return [word.strip() for word in text.split(",") if word.strip()]


READERS = {
    bool: (_boolean, "true or false"),
    int: (int, "a whole number"),
    float: (_number, "a number"),
    list: (_words, "words apart by commas"),
}


def path_prefix(text):
    """SCRIPT_NAME as "/one" or "/one/two", or "" for none."""
    prefix = "/".join(["", *(part for part in text.split("/") if part)])
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*", prefix):
        raise ImproperlyConfigured(f"SCRIPT_NAME must be a path such as /userward, not {text!r}.")
    return prefix
