"""What an environment variable says is what it means, or it is refused by its name."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config.environment import Environment, path_prefix

ROOT = Path(__file__).parents[2]
LONG = "abc9x" * 12
COOKIES = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME")


@pytest.fixture
def env(monkeypatch):
    """`env(VARIABLE=text)` is the reader of an environment that holds them."""

    def holding(**variables):
        monkeypatch.setattr(Environment, "ENVIRON", variables)
        return Environment()

    return holding


@pytest.mark.parametrize("text", ["$ECRET", "$$", "$HOME", "$", r"\$x", "a$b", " spaced ", "%41+"])
def test_a_text_is_taken_as_it_is(env, text):
    """django-environ takes "$HOME" for the variable HOME, and "$ECRET" for the default."""
    assert env(KEY=text, HOME="/elsewhere")("KEY", default="d") == text


def test_an_empty_variable_is_as_good_as_none(env):
    assert env(KEY="")("KEY", default="d") == "d"
    assert env(KEY="").bool("KEY", default=True) is True
    assert env(KEY="").list("KEY", default=["d"]) == ["d"]


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("On", True), ("1", True), ("no", False), ("FALSE", False), ("0", False)],
)
def test_a_switch_is_on_or_off(env, text, value):
    assert env(KEY=text).bool("KEY", default=not value) is value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("bool", "ture"),  # django-environ: off, so HTTPS=ture switched https off
        ("bool", "$TRUE"),
        ("bool", "2"),
        ("int", "8 threads"),
        ("int", "$THREADS"),
        ("float", "2s"),  # django-environ: 2
        ("float", "nan"),
        ("float", "1,5"),
    ],
)
def test_what_is_none_is_refused_by_name(env, kind, text):
    with pytest.raises(ImproperlyConfigured, match="KEY must be"):
        getattr(env(KEY=text, TRUE="true", THREADS="8"), kind)("KEY", default=1)


def test_lists_are_apart_by_commas(env):
    assert env(KEY="a.example, $b,").list("KEY", default=[]) == ["a.example", "$b"]


@pytest.mark.parametrize(
    ("written", "password"),
    [("$x", "$x"), ("%24x", "$x"), ("a+b", "a+b"), ("a%2Fb%40c", "a/b@c"), ("pa#s?s", "pa#s?s")],
)
def test_a_databases_password_is_what_postgresqls_own_programs_read(env, written, password):
    url = f"postgresql://u:{written}@db.example:5433/name?sslmode=require"

    found = env(KEY=url, x="another").db_url("KEY", default="")

    assert found == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "name",
        "USER": "u",
        "PASSWORD": password,
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


@pytest.mark.parametrize(
    "url",
    [
        "$DATABASE",
        "sqlite:///rows",
        "postgresql://u:p/w@host/name",
        "postgresql://u:p@w@host/name",
        "postgresql://u:p%w@host/name",
        "postgresql://host/",
    ],
)
def test_an_address_of_no_database_is_refused_without_its_password(env, url):
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must be like") as refusal:
        env(DATABASE_URL=url, DATABASE="postgresql://other/one").db_url("DATABASE_URL", default="")
    assert "p/w" not in str(refusal.value)


@pytest.mark.parametrize(("text", "prefix"), [("", ""), ("/", ""), ("a/", "/a"), ("/a//b", "/a/b")])
def test_a_prefix_is_a_path_without_its_last_slash(text, prefix):
    assert path_prefix(text) == prefix


@pytest.mark.parametrize("text", ["/a b", "https://host", "/a?b", "/ä"])
def test_a_prefix_that_is_no_path_is_refused(text):
    with pytest.raises(ImproperlyConfigured, match="SCRIPT_NAME must be a path"):
        path_prefix(text)


def settings_under(**variables):
    """What the settings make of these variables, in a process of its own."""
    names = ("SECRET_KEY", "LIVE_URL", "STATIC_URL", "CSRF_COOKIE_PATH", "HTTPS", *COOKIES)
    wanted = ", ".join(f"settings.{name}" for name in names)
    done = python(
        f"import json; from config import settings; print(json.dumps([{wanted}]))", variables
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(names, json.loads(done.stdout), strict=True))


def python(code, variables):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | variables,
        check=False,
    )


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("SECRET_KEY", "a1b2c3d" * 7),  # 49 characters
        ("SECRET_KEY", "abcd" * 20),  # four different ones
        ("SIGN_UP", "everybody"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_nothing_starts_by_a_weak_key_or_a_word_that_is_none(variable, text):
    done = python("from config import settings", {variable: text})

    assert done.returncode != 0
    assert variable in done.stderr.splitlines()[-1]


def test_the_settings_take_a_key_by_its_word_and_paths_below_the_prefix():
    key = "$" + LONG

    found = settings_under(SECRET_KEY=key, SCRIPT_NAME="userward/", LIVE_URL="/live/")

    assert found == {
        "SECRET_KEY": key,
        "LIVE_URL": "/userward/live/",
        "STATIC_URL": "/userward/static/",
        "CSRF_COOKIE_PATH": "/userward",
        "HTTPS": False,
        "SESSION_COOKIE_NAME": settings.SESSION_COOKIE_NAME,
        "CSRF_COOKIE_NAME": settings.CSRF_COOKIE_NAME,
    }


def test_a_live_address_is_taken_as_it_is():
    whole = {"SCRIPT_NAME": "/userward", "HTTPS": "true"}

    assert settings_under(LIVE_URL="https://live.example/", **whole)["LIVE_URL"] == (
        "https://live.example/"
    )
    assert settings_under(LIVE_URL="/userward/live/", **whole)["LIVE_URL"] == "/userward/live/"


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({"HTTPS": "true"}, "__Host-{}"),
        ({"HTTPS": "true", "PORT": "8001"}, "__Host-{}"),
        ({"HTTPS": "true", "SCRIPT_NAME": "/a"}, "__Secure-{}"),
        ({"HTTPS": "false", "PORT": ""}, "{}"),
        ({"HTTPS": "false", "PORT": "8001"}, "{}_8001"),
    ],
)
def test_cookies_are_bound_to_the_host_and_over_http_to_the_port(variables, name):
    found = settings_under(SECRET_KEY=LONG, **variables)

    assert found["SESSION_COOKIE_NAME"] == name.format("sessionid")
    assert found["CSRF_COOKIE_NAME"] == name.format("csrftoken")
