from django.core.management.base import BaseCommand, CommandError

from accounts.models import Token, User


class Command(BaseCommand):
    help = "Make a token for the API and print it; it is shown this once."

    def add_arguments(self, parser):
        parser.add_argument("user", help="the user's name or e-mail")
        parser.add_argument("--name", default="command line", help="what it is for")

    def handle(self, *, user, name, **options):
        found = User.objects.filter(username=user).first() or User.objects.by_email(user)
        if found is None:
            raise CommandError(f"No user has the name or e-mail {user}.")
        _token, text = Token.objects.issue(name=name, user=found)
        self.stdout.write(text)
