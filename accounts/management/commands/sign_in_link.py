from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.recovery import sign_in_link, take_second_factor_away


class Command(BaseCommand):
    help = "Print a link, good once, by which somebody whose password is lost sets a new one."

    def add_arguments(self, parser):
        parser.add_argument("user", help="the user's name or e-mail")
        parser.add_argument(
            "--without-second-factor",
            action="store_true",
            help="take their second factor away, too: it is lost",
        )

    def handle(self, *, user, without_second_factor, **options):
        found = User.objects.filter(username=user, is_active=True).first()
        found = found or User.objects.by_email(user)
        if found is None:
            raise CommandError(f"No active user has the name or e-mail {user}.")
        if without_second_factor:
            take_second_factor_away(found, means="command")
        self.stdout.write(sign_in_link(found, means="command"))
