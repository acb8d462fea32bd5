import logging
import signal
import threading

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections

from prioritisation.sweeping import sweep

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Rescore every marked product, every two seconds, until told to stop. Needs no broker."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="one round, then end")

    def handle(self, *, once, **options):
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        while True:
            try:
                close_old_connections()
                sweep()
            except (OperationalError, InterfaceError) as error:
                # PostgreSQL is away; the next round may find it.
                log.warning("can't sweep: %s", error)
            if once or stop.wait(settings.SWEEP_SECONDS):
                return
