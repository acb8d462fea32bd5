import logging

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections

from accounts.ballast import forget_ballast
from prioritisation.pipeline.retention import thin_history
from prioritisation.pipeline.stopping import run_until_told_to_stop
from products.invitations import forget_unused
from products.kept_answers import forget_answers

log = logging.getLogger(__name__)

DAY_SECONDS = 24 * 60 * 60
#: after PostgreSQL was away
AGAIN_SECONDS = 60


class Command(BaseCommand):
    help = (
        "Of the scores of over a year ago, keep one a day; forget the API's answers that were kept "
        "for a day, sessions that ran out and invitations that nobody used in a year. May be "
        "broken off at any time."
    )

    def add_arguments(self, parser):
        parser.add_argument("--daily", action="store_true", help="now and every day, without end")

    def handle(self, *, daily, **options):
        if daily:
            run_until_told_to_stop(thin_every_day)
        else:
            self.stdout.write(f"{clean_up()} entries removed")


def clean_up(**options):
    """Forget what is kept for a time, thin the rest; the number of scores' entries removed."""
    forget_answers()
    forget_ballast()
    forget_unused()
    return thin_history(**options)


def thin_every_day(told):
    while not told.is_set():
        try:
            close_old_connections()
            log.info("%s entries removed", clean_up(wanted=lambda: not told.is_set()))
            pause = DAY_SECONDS
        except (OperationalError, InterfaceError) as error:
            log.warning("can't thin the history: %s", error)
            pause = AGAIN_SECONDS
        close_old_connections()
        told.wait(pause)
