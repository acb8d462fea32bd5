from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.history import acting
from accounts.models import DAYS, MAX_DAYS, Token, TooManyTokens, User
from accounts.scopes import EVERYTHING, SCOPES


class Command(BaseCommand):
    help = "Make a token for the API and print it; it is shown this once."

    def add_arguments(self, parser):
        parser.add_argument("user", help="the user's name or e-mail")
        parser.add_argument("--name", default="command line", help="what it is for")
        parser.add_argument(
            "--scope",
            action="append",
            choices=SCOPES,
            metavar="SCOPE",
            dest="scopes",
            help="what it may, such as requirements:read; may be repeated (default: all)",
        )
        parser.add_argument(
            "--days",
            type=int,
            default=DAYS,
            help=f"how long it is good, 1 to {MAX_DAYS} (default: {DAYS})",
        )

    def handle(self, *, user, name, scopes, days, **options):
        found = User.objects.filter(username=user).first() or User.objects.by_email(user)
        if found is None:
            raise CommandError(f"No user has the name or e-mail {user}.")
        if not 1 <= days <= MAX_DAYS:
            raise CommandError(f"A token is good for 1 to {MAX_DAYS} days.")
        try:
            with acting(means="command"):
                _token, text = Token.objects.issue(
                    name=name,
                    user=found,
                    scopes=scopes or [EVERYTHING],
                    expires_at=timezone.now() + timedelta(days=days),
                )
        except TooManyTokens as error:
            raise CommandError(str(error)) from None
        self.stdout.write(text)
