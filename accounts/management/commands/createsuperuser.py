from django.contrib.auth.management.commands import createsuperuser

from accounts.history import acting


class Command(createsuperuser.Command):
    """Django's; the log tells that it was done by a command."""

    def handle(self, *args, **options):
        with acting(means="command"):
            return super().handle(*args, **options)
