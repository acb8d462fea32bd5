import logging

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections

from prioritisation.pipeline.stopping import run_until_told_to_stop
from prioritisation.pipeline.sweeping import sweep
from products.database_limits import SWEEPER, limit_connections

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Rescore every marked product, every two seconds, until told to stop. Needs no broker."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="until nothing is left, then end")

    def handle(self, *, once, **options):
        limit_connections(SWEEPER)
        if once:
            close_old_connections()
            while sweep():
                pass
        else:
            run_until_told_to_stop(sweep_again_and_again)


def sweep_again_and_again(told):
    while not told.is_set():
        if not sweep_if_postgresql_is_there(wanted=lambda: not told.is_set()):
            told.wait(settings.SWEEP_SECONDS)


def sweep_if_postgresql_is_there(**options):
    """Whether something is left to go on with at once."""
    try:
        close_old_connections()
        return sweep(**options)
    except (OperationalError, InterfaceError) as error:
        # The next round may find it.
        log.warning("can't sweep: %s", error)
        return False
