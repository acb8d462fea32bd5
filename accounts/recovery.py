"""A way back in for somebody whose password or second factor is lost, where no mail is sent."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.account_events import record
from accounts.models import AccountEvent


def sign_in_link(user, *, by=None, means) -> str:
    """The address where the user sets a new password; it is good once, for PASSWORD_RESET_TIMEOUT.

    It is the link that the mail of a forgotten password holds: a sign-in or a new password ends
    it, and a second factor stays asked for. The log keeps who made one.
    """
    record(user, AccountEvent.Kind.LINK_MADE, by=by, means=means)
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return settings.SITE_URL + reverse("account_reset_password_from_key", kwargs=key)


def take_second_factor_away(user, *, by=None, means) -> int:
    """App, passkeys, keys and recovery codes open nothing any more, and sessions end; how many
    there were. The password signs the user in."""
    with transaction.atomic():
        gone, _by_model = Authenticator.objects.filter(user=user).delete()
        if gone:
            for session in UserSession.objects.filter(user=user):
                session.end()
            record(user, AccountEvent.Kind.FACTOR_REMOVED, by=by, means=means)
    return gone
