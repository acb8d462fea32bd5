"""Every program ends within three seconds of SIGTERM, whatever it is at; nothing is lost by it."""

import contextlib
import http.client
import os
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from accounts.models import User
from prioritisation.live import tickets as live
from prioritisation.models.analyses import Analysis, Kind
from prioritisation.pipeline import notify
from prioritisation.pipeline.rescoring import rescore
from tests import processes
from tests.faults.scenes import Browser, converged, in_thread, rate
from tests.processes import eventually, free_port, own_cursor

AT_MOST_SECONDS = 3
MARKS, HISTORY = "prioritisation_productchange", "prioritisation_scorechange"
TOLD = "accounts_notification"


def seconds_to_end(program):
    begun = time.monotonic()
    program.signal(signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        program.process.wait(15)
    return time.monotonic() - begun


def ends_in_time(program):
    """By itself: the tests' and Docker's way of ending it by force comes later."""
    taken = seconds_to_end(program)
    assert not program.alive()
    with program_folder_kept(program):
        assert taken <= AT_MOST_SECONDS
    return True


@contextlib.contextmanager
def program_folder_kept(program):
    """What it said, where the block fails."""
    try:
        yield
    except AssertionError as error:
        error.add_note(processes.tail(program.log, 40))
        raise


@contextlib.contextmanager
def locked(table):
    """Every statement on the table waits without end, as for a PostgreSQL that hangs."""
    with own_cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
        cursor.execute("ROLLBACK")


def waits_in_postgresql(program):
    # By a connection of its own: within a transaction PostgreSQL tells the same again and again.
    with own_cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE application_name = %s AND wait_event_type = 'Lock'",
            [program.connections_name],
        )
        return cursor.fetchone()[0]


@pytest.fixture
def broker(our_nudges_go_to):
    with processes.valkey() as server:
        our_nudges_go_to(server.url)
        yield server


def test_a_worker_in_the_middle_of_a_statement(product, broker, pool):
    with processes.celery_worker(f"--pool={pool}", REDIS_URL=broker.url) as worker:
        rate(product, -4)
        eventually(lambda: converged(product))
        rate(product, 3)
        with locked(MARKS):
            notify.nudge(product.pk + 1)
            eventually(lambda: waits_in_postgresql(worker))
            assert ends_in_time(worker)
    rescore(product.pk)
    assert converged(product)


def test_the_control_by_itself_celery_waits_for_the_statement(product, broker):
    with processes.celery_worker("--include=tests.faults.patient", REDIS_URL=broker.url) as worker:
        with locked(MARKS):
            notify.nudge(product.pk)
            eventually(lambda: waits_in_postgresql(worker))
            worker.signal(signal.SIGTERM)
            with pytest.raises(subprocess.TimeoutExpired):
                worker.process.wait(AT_MOST_SECONDS + 0.5)
        worker.process.wait(10)


def test_a_worker_whose_broker_is_away(product, broker, pool):
    with processes.celery_worker(f"--pool={pool}", REDIS_URL=broker.url) as worker:
        broker.kill()
        eventually(lambda: "Trying again in 4" in worker.log.read_text(), within=20)

        assert ends_in_time(worker)


def endless_analysis(product):
    return Analysis.objects.create(
        product=product, kind=Kind.PLAUSIBLE, parameters={"draws": 10**9, "seed": 1}
    )


def test_a_worker_with_an_analysis_under_way(product, broker, pool):
    analysis = endless_analysis(product)
    with processes.analyses_worker(f"--pool={pool}", REDIS_URL=broker.url) as worker:
        notify.ring_for_analyses()
        eventually(lambda: Analysis.objects.get().progress > 0, within=30)
        (process,) = at_analyses(worker)

        assert ends_in_time(worker)
        assert not Path(f"/proc/{process}").exists()
    assert Analysis.objects.get(pk=analysis.pk).is_under_way  # and is found again


def at_analyses(worker):
    """The ids of the processes apart that this worker has started."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            environment = (process / "environ").read_bytes()
            command = (process / "cmdline").read_bytes()
            if os.fsencode(worker.connections_name) in environment and b"--parent" in command:
                found.append(int(process.name))
    return found


def test_a_killed_workers_analysis_ends_too(product, broker, pool):
    endless_analysis(product)
    with processes.analyses_worker(f"--pool={pool}", REDIS_URL=broker.url) as worker:
        notify.ring_for_analyses()
        eventually(lambda: Analysis.objects.get().progress > 0, within=30)
        worker.signal(signal.SIGKILL)
        # It has let everything else go first, also while it ends.
        eventually(lambda: at_analyses(worker) == [], within=60)


def test_an_analysis_never_holds_up_a_rescore(product, broker, pool):
    """Though nobody takes it: it waits in a queue of its own."""
    endless_analysis(product)
    with processes.celery_worker(f"--pool={pool}", REDIS_URL=broker.url):
        for _message in range(4):
            notify._send("work_out_analyses")
        rate(product, -4)
        eventually(lambda: converged(product))
    assert not Analysis.objects.get().progress


@pytest.mark.parametrize(
    ("start", "table"), [("sweeper", MARKS), ("thinner", HISTORY), ("mailer", TOLD)]
)
def test_sweeper_thinner_and_mailer_in_the_middle_of_a_statement(product, start, table):
    with locked(table), getattr(processes, start)() as program:
        eventually(lambda: waits_in_postgresql(program), within=20)

        assert ends_in_time(program)


def test_the_sweeper_between_two_rounds(product):
    with processes.sweeper(SWEEP_SECONDS="600") as program:
        rate(product, -4)
        eventually(lambda: converged(product), within=20)

        assert ends_in_time(program)
        assert program.process.returncode == 0


def test_the_site_with_a_page_under_way(product):
    browser = Browser("http://nowhere", User.objects.get(username="alice"))
    with processes.web() as (address, program), locked(MARKS):
        browser._host = urlsplit(address).netloc

        def ask():
            with contextlib.suppress(http.client.HTTPException, OSError):
                browser.ask("GET", f"/p/{product.key}/standing/")

        asking = in_thread(ask)
        eventually(lambda: waits_in_postgresql(program))

        assert ends_in_time(program)
        asking.join()


def test_the_live_process_with_a_stream_open(product, settings):
    port = free_port()
    settings.LIVE_URL = f"http://127.0.0.1:{port}/live/"
    url = live.live_url(user_id=1, product_id=product.pk)
    with processes.live(port) as program:
        connected = http.client.HTTPConnection(f"127.0.0.1:{port}", timeout=10)
        with contextlib.closing(connected):
            connected.request("GET", url.removeprefix(f"http://127.0.0.1:{port}"))
            assert connected.getresponse().status == 200

            assert ends_in_time(program)
