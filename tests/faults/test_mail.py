"""Each mail goes out once or is told as doubtful, whatever is killed or away."""

import signal
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Delivery, Kind, Notification
from accounts.notifications import DOUBTFUL_AFTER, notify
from prioritisation.management.commands import send_mail
from tests import processes
from tests.cast import user
from tests.faults.scenes import in_sql, in_thread
from tests.faults.test_stopping import waits_in_postgresql
from tests.mail_server import MailServer
from tests.processes import eventually, free_port

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bob():
    return user("bob")


def tell(bob, title):
    notify([bob], Kind.MENTION, title=title, path="/", told_once_as=title)


def subjects(server):
    return [message["Subject"].removeprefix("Userward: ") for message in server.taken]


def end_connections(program):
    in_sql(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = %s",
        [program.connections_name],
    )


@contextmanager
def killed_once_the_server_has_it(server, program):
    """It has sent its mail, and can't know that yet, or note it."""
    server.before_answer = lambda: program.signal(signal.SIGKILL)
    yield
    eventually(lambda: server.taken, within=20)
    server.before_answer = lambda: None


@contextmanager
def killed_before_it_has_noted_it(server, program):
    """It knows that its mail was taken; the row is locked by somebody else."""

    def lock():
        rows = Notification.objects.select_for_update()
        in_thread(lambda: hold(rows)).join(0.5)

    def hold(rows):
        with transaction.atomic():
            list(rows)
            eventually(lambda: waits_in_postgresql(program), within=20)
            program.signal(signal.SIGKILL)
            program.process.wait(10)
            # Else: what it has sent to PostgreSQL is done there once the lock is free.
            end_connections(program)

    server.before_answer = lock
    yield
    eventually(lambda: not program.alive(), within=20)
    server.before_answer = lambda: None


@pytest.mark.parametrize("killed", [killed_once_the_server_has_it, killed_before_it_has_noted_it])
def test_a_killed_senders_mail_goes_out_once_and_is_told_as_doubtful(bob, mail_server, killed):
    with processes.mailer(EMAIL_URL=mail_server.url) as program, killed(mail_server, program):
        tell(bob, "first")

    assert Notification.objects.get().mail == Delivery.SENDING
    long_ago = timezone.now() - DOUBTFUL_AFTER - timedelta(seconds=1)
    Notification.objects.update(mail_at=long_ago)
    tell(bob, "second")
    with processes.mailer(EMAIL_URL=mail_server.url):
        eventually(lambda: "second" in subjects(mail_server), within=20)

    assert subjects(mail_server) == ["first", "second"]
    assert bob.notifications.get(title="first").mail == Delivery.DOUBTFUL


def test_the_control_a_sender_that_marks_nothing_sends_it_twice(bob, mail_server):
    careless = "tests.faults.careless_mailer"
    with (
        processes.mailer(careless, EMAIL_URL=mail_server.url) as program,
        killed_once_the_server_has_it(mail_server, program),
    ):
        tell(bob, "first")

    with processes.mailer(careless, EMAIL_URL=mail_server.url):
        eventually(lambda: subjects(mail_server) == ["first", "first"], within=20)


def test_two_senders_after_an_outage_of_everything_else(bob):
    """The mail server was away, their connections to PostgreSQL were ended, there is no Redis."""
    server = MailServer(free_port())
    env = {"EMAIL_URL": server.url, "REDIS_URL": "redis://127.0.0.1:1/0"}
    titles = {f"mail {number}" for number in range(8)}
    with processes.mailer(**env) as one, processes.mailer(**env) as other:
        for title in sorted(titles):
            tell(bob, title)
        eventually(lambda: Notification.objects.filter(mail_failures__gt=0).count() > 1, within=30)
        for program in (one, other):
            end_connections(program)
        server.start()
        try:
            eventually(lambda: not Notification.objects.exclude(mail="sent").exists(), within=40)
            tell(bob, "mail afterwards")
            eventually(lambda: "mail afterwards" in subjects(server), within=5)
            for program in (one, other):
                program.signal(signal.SIGTERM)
                assert program.process.wait(3) == 0
        finally:
            server.stop()

    assert sorted(subjects(server)) == sorted(titles | {"mail afterwards"})


def test_it_goes_on_when_postgresql_was_away(bob, mail_server, monkeypatch):
    def away(**_options):
        raise send_mail.OperationalError("away")

    with monkeypatch.context() as patch:
        patch.setattr(send_mail, "send_due_mail", away)
        assert send_mail.Watch().go() is False

    tell(bob, "first")
    send_mail.Watch().go()
    assert subjects(mail_server) == ["first"]
