"""The user whom a command names."""

from django.core.management.base import CommandError

from accounts.models import User


def user_named(text: str) -> User:
    """By name or e-mail, active or not. Raises CommandError."""
    found = User.objects.filter(username=text).first()
    found = found or User.objects.filter(email__iexact=text).first()
    if found is None:
        raise CommandError(f"No user has the name or e-mail {text}.")
    return found
