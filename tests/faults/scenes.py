"""What the tests of faults do to a product, and how they see whether its scores are right."""

import contextlib
import http.client
import time
from dataclasses import dataclass
from threading import Thread
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, connections

from prioritisation.models import ProductChange, Rating
from prioritisation.pipeline import read_inputs, rescoring
from prioritisation.pipeline.transactions import writing
from prioritisation.pipeline.verification import wrong_scores
from products.versions import StaleVersion, save_if_current
from tests.processes import eventually, own_cursor

CSRF = "a" * 32


def rate(product, value, *, number=1):
    """The nurse's rating, changed as a request or a command does: nudging after COMMIT."""
    with writing(means="command"):
        ratings = Rating.objects.filter(product=product, persona__name="Nurse")
        ratings.filter(requirement__number=number).update(value=value)


def converged(product):
    """Whether no mark is left; then the scores must be right."""
    if ProductChange.objects.filter(product_id=product.pk).exists():
        return False
    assert wrong_scores(product.pk) == []
    return True


def eventually_converged(product):
    eventually(lambda: converged(product), within=30)


def stays_marked(product, *, seconds):
    """Whether the product is still marked after so long."""
    time.sleep(seconds)
    return not converged(product)


@contextlib.contextmanager
def meanwhile(monkeypatch, act, *, wait=True):
    """`act` runs once, in a connection of its own, between a rescore's reading and its writing."""
    read, started = read_inputs.read_inputs, []

    def read_then_act(*args, **kwargs):
        found = read(*args, **kwargs)
        if not started:
            started.append(in_thread(act))
            started[0].join(None if wait else 0.2)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(rescoring, "read_inputs", read_then_act)
        yield
    started[0].join(10)
    assert not started[0].is_alive()


def in_thread(act):
    def run():
        try:
            act()
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    return thread


def begin(act):
    """Start `act` in a connection of its own; return its thread once it has ended or waits for a
    lock of ours."""
    its_process = []

    def run():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            its_process.append(cursor.fetchone()[0])
        act()

    thread = in_thread(run)
    with own_cursor() as cursor:
        eventually(lambda: not thread.is_alive() or _waits(cursor, its_process))
    return thread


def _waits(cursor, process_ids):
    cursor.execute("SELECT FROM pg_locks WHERE NOT granted AND pid = ANY (%s)", [process_ids])
    return cursor.rowcount > 0


@contextlib.contextmanager
def before_statement(text, act):
    """`act` runs once, before the first statement of this thread's connection with this text."""
    done = []

    def wrapper(execute, sql, params, many, context):
        if text in str(sql) and not done:
            done.append(True)
            act()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield
    assert done, f"no statement holds {text!r}"


def saved_meanwhile(row, act, *, before, **values):
    """Somebody saves these values of the row, as they have read it, just before `act` executes its
    first statement with the text `before`. Returns whether they were told that it has changed."""
    told, started = [], []

    def save():
        for name, value in values.items():
            setattr(row, name, value)
        try:
            save_if_current(row, version=row.version, fields=list(values))
        except StaleVersion:
            told.append(True)

    with before_statement(before, lambda: started.append(begin(save))):
        act()
    started[0].join(10)
    return told == [True]


def in_sql(statement, values=()):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@dataclass
class Answer:
    status: int
    body: str
    milliseconds: float


class Browser:
    """Somebody signed in; a connection a request, since gunicorn closes idle ones."""

    def __init__(self, address, user):
        self._host = urlsplit(address).netloc
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session["basis"] = "seen"
        session.save()
        self._headers = {
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key};"
            f" {settings.CSRF_COOKIE_NAME}={CSRF}",
            "X-CSRFToken": CSRF,
            "Content-Type": "application/x-www-form-urlencoded",
        }

    def ask(self, method, path, form=None):
        begun = time.perf_counter()
        connected = http.client.HTTPConnection(self._host, timeout=30)
        with contextlib.closing(connected):
            connected.request(method, path, form and urlencode(form), self._headers)
            response = connected.getresponse()
            body = response.read().decode()
        return Answer(response.status, body, (time.perf_counter() - begun) * 1000)

    def rate(self, product, value, *, number=1):
        """The nurse's rating, typed into its cell of the grid."""
        rating = Rating.objects.get(
            product=product, persona__name="Nurse", requirement__number=number
        )
        cell = f"c.{rating.requirement_id}.{rating.persona_id}.{rating.version}.{rating.value}"
        form = {cell: value, "basis": "seen"}
        return self.ask("POST", f"/p/{product.key}/rate/cells/", form)
