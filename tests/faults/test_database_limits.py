"""What PostgreSQL ends (a statement, a wait for a lock) is told as such."""

import http.client
import json
import time

import pytest
from django.db import OperationalError, connection
from django.db.utils import InterfaceError

from prioritisation.models import Rating
from products import database_limits, turns
from products.models import Requirement
from tests import cast, processes
from tests.browser.fixtures import session_of

# What ends a statement would end the transaction of a test.
pytestmark = pytest.mark.django_db(transaction=True)

PATHS = ["/p/ROTA/", "/p/ROTA/rate/", "/", "/api/v1/products/ROTA/ranking/", "/api/v1/products/"]


@pytest.fixture
def rota(alice, client):
    client.force_login(alice)
    return cast.rota(alice)


@pytest.mark.parametrize("path", PATHS)
def test_a_read_that_takes_too_long_says_so(rota, client, path):
    def too_long(execute, statement, params, many, context):
        if "products_product" in statement:
            statement, params = "SELECT pg_sleep(9)", None
        return execute(statement, params, many, context)

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '50ms'")
        try:
            with connection.execute_wrapper(too_long):
                answer = client.get(path)
        finally:
            connection.close()
    assert answer.status_code == 503
    assert "took too long" in answer.content.decode()
    assert answer["Retry-After"] == "5"
    is_problem = answer["Content-Type"] == "application/problem+json"
    assert is_problem == path.startswith("/api/")


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
def test_a_database_that_is_away_is_no_fault_of_ours(rota, client, error):
    def fail(execute, statement, params, many, context):
        raise error

    with connection.execute_wrapper(fail):
        answer = client.get("/p/ROTA/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_a_write_that_waits_for_somebody_says_so_and_changes_nothing(rota, client, alice):
    swap, nurse = Requirement.objects.get(number=1), rota.personas.get(name="Nurse")
    row = {"persona": nurse.pk, "value": 1, "basis": "seen"}
    path = f"/api/v1/requirements/{swap.pk}/ratings/"
    with processes.own_cursor() as other, connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
        try:
            other.execute("BEGIN")
            other.execute("SELECT FROM prioritisation_rating FOR UPDATE")
            answer = client.post(path, json.dumps(row), content_type="application/json")
        finally:
            other.execute("ROLLBACK")
            cursor.execute("RESET lock_timeout")
    assert answer.status_code == 503
    assert answer.json()["detail"].startswith("Somebody else is changing this")
    assert Rating.objects.get(requirement=swap, persona=nurse).value == 5


def test_the_site_has_its_limits_and_commands_have_none(site, rota, alice):
    cookie = session_of(alice, site)
    connection_to_it = http.client.HTTPConnection(site.removeprefix("http://"), timeout=30)
    begun = time.monotonic()
    with processes.own_cursor() as other:
        other.execute("BEGIN")
        other.execute("LOCK TABLE products_product IN ACCESS EXCLUSIVE MODE")
        headers = {"Cookie": f"{cookie['name']}={cookie['value']}"}
        connection_to_it.request("GET", "/p/ROTA/", headers=headers)
        answer = connection_to_it.getresponse()
        said = answer.read()
        other.execute("ROLLBACK")
    connection_to_it.close()
    assert (answer.status, b"Somebody else" in said) == (503, True)
    assert time.monotonic() - begun < 2 * database_limits.WEB.lock
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


@pytest.mark.parametrize(
    "limits", [database_limits.WEB, database_limits.WORKER, database_limits.SWEEPER]
)
def test_limits_are_set_with_the_connection(db, limits):
    parameters = connection.get_connection_params() | {"options": limits.options}
    own = connection.get_new_connection(parameters)
    with own.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting::int / 1000 FROM pg_settings WHERE name ~ '_timeout$'"
            " AND setting::int > 0 AND source = 'client'"
        )
        assert dict(cursor.fetchall()) == {
            "statement_timeout": limits.statement,
            "lock_timeout": limits.lock,
            "idle_in_transaction_session_timeout": limits.idle_in_transaction,
        }
    own.close()
    assert limits.lock < limits.statement


def test_a_large_product_waits_for_its_turn_and_then_says_so(rota, client, monkeypatch):
    monkeypatch.setattr(turns, "LARGE_PRODUCT", 3)
    monkeypatch.setattr(turns, "MAX_WAIT_SECONDS", 0.05)
    assert client.get("/p/ROTA/").status_code == 200
    with turns._turns:
        answer = client.get("/p/ROTA/")
        assert client.get("/p/ROTA/requirements/1/").status_code == 200
    assert answer.status_code == 503
    assert "Too many are reading large products" in answer.content.decode()
    assert client.get("/p/ROTA/").status_code == 200
