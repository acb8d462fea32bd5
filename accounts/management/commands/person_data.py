from django.core.management.base import BaseCommand

from accounts.account_events import record
from accounts.finding import user_named
from accounts.models import AccountEvent
from accounts.person_data import person_data


class Command(BaseCommand):
    help = "Print all that is kept about a person, as JSON."

    def add_arguments(self, parser):
        parser.add_argument("user", help="the user's name or e-mail")

    def handle(self, *, user, **options):
        found = user_named(user)
        record(found, AccountEvent.Kind.DATA_TAKEN, means="command")
        for piece in person_data(found):
            self.stdout.write(piece, ending="")
