"""What Userward decides for allauth: who may sign up, how often one may try, what is said."""

import logging

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.internal.httpkit import clean_client_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q

from accounts import sign_in_limits as limits
from accounts.account_events import count_failure
from accounts.doors import address_of
from accounts.models import User
from accounts.passwords import stay_signed_in
from accounts.sign_up import may_sign_up

#: the address of whom nothing tells one: through a socket of this machine, by a proxy that is mute
UNTOLD_ADDRESS = "0.0.0.0"  # noqa: S104

security_log = logging.getLogger("userward.security")


class AccountAdapter(DefaultAccountAdapter):
    # The same whether there is such an account or not.
    _mismatch = "Name or password is wrong. In a password, capitals matter."
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _mismatch,
        "email_password_mismatch": _mismatch,
        "too_many_login_attempts": "Too many failed attempts. Wait a few minutes, then try again.",
        "incorrect_password": "This isn't your password. Capitals matter.",
        "enter_current_password": "This isn't your present password.",
        "email_taken": "An account with this e-mail can't be made. If it is yours, sign in.",
    }

    def get_client_ip(self, request):
        """As TRUSTED_PROXIES say; where fewer of them were passed, the farthest that is told."""
        told = request.headers.get("x-forwarded-for", "").split(",")
        proxies = min(settings.ALLAUTH_TRUSTED_PROXY_COUNT, len(told))
        address = told[-proxies] if proxies else ""
        return clean_client_ip(address or request.META.get("REMOTE_ADDR", "")) or UNTOLD_ADDRESS

    def is_open_for_signup(self, request):
        return may_sign_up(request)

    def authenticate(self, request, **credentials):
        """Look at the password only where the limits allow it; the attempt is counted before."""
        address = address_of(request)
        typed = credentials.get("username") or credentials.get("email") or ""
        named = _named(typed)
        account = f"account {named}" if named else typed
        of_account = limits.limits_of_account(account=account, address=address)
        of_address = limits.limits_of_address(address)
        if not (limits.take(of_account) and limits.take(of_address)):
            count_failure(named)
            security_log.warning("sign-in refused after too many attempts, from %s", address)
            raise self.validation_error("too_many_login_attempts")
        user = super().authenticate(request, **credentials)
        if user:
            limits.give_back(of_account + of_address)
        else:
            count_failure(named)
            security_log.warning("sign-in failed, from %s", address)
        return user

    def reauthenticate(self, user, password):
        is_theirs = super().reauthenticate(user, password)
        if is_theirs:
            stay_signed_in(context.request, user)
        return is_theirs

    def pre_authenticate(self, request, **credentials):
        """allauth's own limit: ours stands in `authenticate`."""

    def _rollback_login_failed_rl_usage(self):
        """Belongs to that limit."""

    def clean_username(self, username, shallow=False):
        if "@" in username and not shallow:
            raise ValidationError("A name has no @; the e-mail has a field of its own.")
        return super().clean_username(username, shallow)


class SecondFactorAdapter(DefaultMFAAdapter):
    def get_public_key_credential_rp_entity(self):
        """What a passkey belongs to: the host, as the browser sees it."""
        return super().get_public_key_credential_rp_entity() | {"name": "Userward"}


def _named(typed: str) -> int | None:
    """The id of the account with this name or e-mail."""
    named = User.objects.filter(Q(username=typed) | Q(email__iexact=typed)).order_by("pk").first()
    return named and named.pk
