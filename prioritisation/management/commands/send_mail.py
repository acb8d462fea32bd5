import logging

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections

from accounts.notifications import MAX_MAILS_A_GO, send_due_mail
from prioritisation.stopping import run_until_told_to_stop
from products.database_limits import SWEEPER, limit_connections

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0


class Command(BaseCommand):
    help = "Send the mail that is due, and say how many. Needs no broker."

    def add_arguments(self, parser):
        parser.add_argument("--watch", action="store_true", help="now and from then on, at once")

    def handle(self, *, watch, **options):
        if watch:
            limit_connections(SWEEPER)
            run_until_told_to_stop(send_again_and_again)
        else:
            self.stdout.write(f"{send_all()} sent")


def send_all():
    sent = 0
    while now := send_due_mail():
        sent += now
    return sent


def send_again_and_again(told):
    while not told.is_set():
        if not send_if_postgresql_is_there(wanted=lambda: not told.is_set()):
            told.wait(POLL_SECONDS)


def send_if_postgresql_is_there(**options):
    """Whether something may be left to go on with at once."""
    try:
        close_old_connections()
        return send_due_mail(**options) == MAX_MAILS_A_GO
    except (OperationalError, InterfaceError) as error:
        # The next round may find it. What was being sent then is told as doubtful later.
        log.warning("can't send mail: %s", error)
        return False
