"""A way back in for somebody whose password is lost where no mail is sent."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse


def sign_in_link(user) -> str:
    """The address where the user sets a new password; it is good once, for PASSWORD_RESET_TIMEOUT.

    It is the link that the mail of a forgotten password holds: a sign-in or a new password ends
    it, and a second factor stays asked for.
    """
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return settings.SITE_URL + reverse("account_reset_password_from_key", kwargs=key)
