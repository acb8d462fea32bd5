import getpass

from django.contrib.auth.management.commands import changepassword
from django.db import transaction

from accounts.account_events import record
from accounts.finding import user_named
from accounts.history import acting
from accounts.models import AccountEvent


class Command(changepassword.Command):
    """Django's, which leaves the user's tokens as they are; their sessions end with both."""

    help = "Set a user's password. Their sessions end, and their tokens unless --keep-tokens."

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--keep-tokens", action="store_true", help="leave the user's tokens as they are"
        )

    def handle(self, *args, keep_tokens=False, **options):
        user = user_named(options["username"] or getpass.getuser())
        with acting(means="command"):
            said = super().handle(*args, **options | {"username": user.username})
            with transaction.atomic():
                if not keep_tokens:
                    user.tokens.revoke()
                record(user, AccountEvent.Kind.PASSWORD, means="command")
        return said
