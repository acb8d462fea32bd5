import logging
import time

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from accounts.notifications import MAX_MAILS_A_GO, send_due_mail
from prioritisation.history.weekly import WeeklyRound, week_told_at
from prioritisation.pipeline.stopping import run_until_told_to_stop
from products.database_limits import SWEEPER, limit_connections

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
#: at a time for the weekly digest, or other mail would wait until everybody has theirs
WEEKLY_SECONDS = 1.0


class Command(BaseCommand):
    help = (
        "Send the mail that is due, and say how many. With --watch also tell everybody once a week "
        "what moved in their products. Needs no broker."
    )

    def add_arguments(self, parser):
        parser.add_argument("--watch", action="store_true", help="now and from then on, at once")

    def handle(self, *, watch, **options):
        if watch:
            limit_connections(SWEEPER)
            run_until_told_to_stop(Watch().go_on)
        else:
            self.stdout.write(f"{send_all()} sent")


def send_all():
    sent = 0
    while now := send_due_mail():
        sent += now
    return sent


class Watch:
    def __init__(self):
        self._round = None

    def go_on(self, told):
        while not told.is_set():
            if not self.go(wanted=lambda: not told.is_set()):
                told.wait(POLL_SECONDS)

    def go(self, *, wanted=lambda: True):
        """Whether something may be left to go on with at once."""
        try:
            close_old_connections()
            sent = send_due_mail(wanted=wanted)
            return not self._tell_of_the_week(wanted) or sent == MAX_MAILS_A_GO
        except (OperationalError, InterfaceError) as error:
            # The next round may find it. What was being sent then is told as doubtful later.
            log.warning("can't send mail: %s", error)
            return False

    def _tell_of_the_week(self, wanted):
        """Whether everybody is told."""
        now, end = timezone.now(), time.monotonic() + WEEKLY_SECONDS
        if self._round is None or self._round.until != week_told_at(now):
            self._round = WeeklyRound(now)
        return self._round.go_on(wanted=lambda: wanted() and time.monotonic() < end)
