from django.core.management.base import BaseCommand, CommandError

from accounts.finding import user_named
from accounts.history import acting
from products.pseudonymising import pseudonymise


class Command(BaseCommand):
    help = (
        "Replace a person's name and e-mail by some that say nothing, end their sessions and "
        "tokens, and deactivate the account. It can't be taken back."
    )

    def add_arguments(self, parser):
        parser.add_argument("user", help="the user's name or e-mail")
        parser.add_argument("--yes", action="store_true", help="don't ask")

    def handle(self, *, user, yes, **options):
        found = user_named(user)
        if not yes and input(f"Pseudonymise {found} for good? Type yes: ") != "yes":
            raise CommandError("Nothing was changed.")
        with acting(means="command"):
            done = pseudonymise(found, means="command")
        found.refresh_from_db()
        self.stdout.write(f"{'This is' if done else 'This was already'} {found} now.")
