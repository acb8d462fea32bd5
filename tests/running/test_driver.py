import importlib.util

from django.db import connection


def test_psycopg2_is_the_driver_and_no_other_one_is_installed(db):
    with connection.cursor() as cursor:
        assert type(cursor.cursor.connection).__module__.startswith("psycopg2")
    # Django silently prefers psycopg 3 wherever it is installed.
    assert importlib.util.find_spec("psycopg") is None
