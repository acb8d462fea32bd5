"""A way back in for somebody whose password is lost where no mail is sent."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
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
