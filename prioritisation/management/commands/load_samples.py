from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from prioritisation.samples import loader


class Command(BaseCommand):
    help = "Make the sample products that the owner hasn't got yet."

    def add_arguments(self, parser):
        parser.add_argument(
            "--owner", metavar="USER", help="name or e-mail; else the first superuser"
        )
        parser.add_argument(
            "--broken-off", action="store_true", help="only if their making was broken off before"
        )

    def handle(self, *, owner, verbosity, broken_off, **options):
        if broken_off and not loader.broken_off().exists():
            return
        users = User.objects.filter(is_active=True)
        found = (
            users.filter(username=owner).first() or User.objects.by_email(owner)
            if owner
            else users.filter(is_superuser=True).order_by("pk").first()
        )
        if found is None:
            called = f"No user has the name or e-mail {owner}." if owner else "Name the owner."
            raise CommandError(called)
        products = loader.load_samples(found)
        if verbosity:
            keys = ", ".join(product.key for product in products)
            self.stdout.write(keys or "The samples are there already.")
