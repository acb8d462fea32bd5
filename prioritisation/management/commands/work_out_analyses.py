from django.core.management.base import BaseCommand

from prioritisation.robustness.jobs import work_out_analyses
from prioritisation.robustness.subprocess_job import give_way, is_child_of


class Command(BaseCommand):
    help = "Work out what takes long and waits for it, one at a time, letting others go first."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--parent", type=int, help="end when this process, our parent, ends")

    def handle(self, *, parent, **_options):
        give_way()
        work_out_analyses(wanted=lambda: parent is None or is_child_of(parent))
