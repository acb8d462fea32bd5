"""What is compared (issue "The main job", `make bench`)."""

import contextlib
import http.client
import itertools
import json
import os
import time
from urllib.parse import urlsplit

from celery import current_app
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from accounts.models import Token
from prioritisation.models import ScoringPolicy, ScoringState
from prioritisation.pipeline.rescoring import rescore
from tests import processes
from tests.benchmarks.data import owner, product_of
from tests.benchmarks.measuring import side_by_side
from tests.benchmarks.rating_grid import rating_grid
from tests.benchmarks.set_based import rescore_by_one_statement
from tests.benchmarks.sure import how_sure

SIZES = (100, 1_000, 10_000)
PAUSE_SECONDS = 0.0003
#: Past the 300 ms in which one message serves all changes of a product: each is measured alone, as
#: a person who thinks between two ratings makes them. The yardstick rests as long: whoever comes
#: right after another finds processors and caches warm.
REST_SECONDS = 0.31


class Client:
    """One kept-open connection, as a browser or a program would have."""

    def __init__(self, address: str, **headers: str):
        parts = urlsplit(address)
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port)
        self._headers = headers

    def ask(self, method: str, path: str, body: dict | None = None) -> bytes:
        text = None if body is None else json.dumps(body)
        headers = self._headers | ({"Content-Type": "application/json"} if body else {})
        self._connection.request(method, path, text, headers)
        response = self._connection.getresponse()
        answer = response.read()
        assert response.status < 300, (response.status, answer[:500])
        return answer


def one_rating_until_visible():
    """A rating by HTTP until its version is stored, beside an empty Celery task with a statement.

    Both are seen to be done by asking the database again and again, with a pause so short that it
    doesn't count and long enough to leave the processor to those at work.
    """
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE benchmark AS SELECT 0 AS value")
    token = Token.objects.issue(name="bench", user=owner())[1]
    with (
        processes.site() as address,
        processes.celery_worker("--include=tests.benchmarks.tasks"),
        # As in production: without it a nudge that a busy Redis lost was waited for, for ever.
        processes.sweeper(SWEEP_SECONDS="2"),
    ):
        for size in SIZES:
            product = product_of(size)
            client = Client(address, Authorization=f"Bearer {token}")
            yield side_by_side(
                f"one rating by HTTP → visible, {size:,} requirements | empty Celery task",
                _rate(client, product),
                _touch(),
                aim=5,
                pairs=60,
            )


def _rate(client, product):
    requirement, persona = product.requirements.first(), product.personas.first()
    path = f"/api/v1/requirements/{requirement.pk}/ratings/"
    values = itertools.cycle(range(-5, 6))

    def rate():
        time.sleep(REST_SECONDS)
        before = _run_of(product)
        begun = time.perf_counter()
        client.ask("POST", path, {"persona": persona.pk, "value": next(values), "basis": "asked"})
        while _run_of(product) == before:
            time.sleep(PAUSE_SECONDS)
        return (time.perf_counter() - begun) * 1000

    return rate


def _run_of(product):
    return ScoringState.objects.values_list("run_id", flat=True).get(product=product)


def _touch():
    values = itertools.count(1)

    def touch():
        value = next(values)
        time.sleep(REST_SECONDS)
        begun = time.perf_counter()
        current_app.send_task("tests.benchmarks.tasks.touch", [value], ignore_result=True)
        while _value() != value:
            time.sleep(PAUSE_SECONDS)
        return (time.perf_counter() - begun) * 1000

    return touch


def _value():
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM benchmark")
        return cursor.fetchone()[0]


def policy_change():
    """A policy change's rescore of 10,000 × 5, beside one statement that writes the same rows."""
    product = product_of(10_001)
    says = itertools.cycle([0.7, 0.8, 0.9])

    def ours():
        _say(product, next(says))
        begun = time.perf_counter()
        rescore(product.pk)
        return (time.perf_counter() - begun) * 1000

    def beside():
        _say(product, next(says))
        begun = time.perf_counter()
        rescore_by_one_statement(product.pk)
        return (time.perf_counter() - begun) * 1000

    yield side_by_side(
        "rescore after a policy change, 10,000 × 5 | one SQL statement",
        ours,
        beside,
        aim=3,
        pairs=15,
    )


def _say(product, say):
    ScoringPolicy.objects.filter(product=product).update(end_user_say=say)


def first_fifty():
    """The ranking's first 50 of 10,000, signed in, beside a bare psycopg2 + json view."""
    product = product_of(10_002)
    session = signed_in(owner())
    cookie = f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
    bare_database = {"DATABASE_URL": os.environ["DATABASE_URL"]}
    with contextlib.ExitStack() as stack:
        ours = Client(stack.enter_context(processes.site()), Cookie=cookie)
        beside = Client(
            stack.enter_context(processes.site("tests.benchmarks.bare", **bare_database)),
            Cookie=cookie,
        )
        yield side_by_side(
            "first 50 of 10,000, signed in | bare psycopg2 + json view",
            lambda: ours.ask("GET", f"/api/v1/products/{product.key}/ranking/?limit=50"),
            lambda: beside.ask("GET", f"/{product.key}"),
            aim=2,
            pairs=300,
            warm_up=20,
        )


def signed_in(user):
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session


CASES = {
    "rating": one_rating_until_visible,
    "policy": policy_change,
    "ranking": first_fifty,
    "grid": rating_grid,
    "sure": how_sure,
}
