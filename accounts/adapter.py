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
from accounts.first_password import has_just_signed_in_without
from accounts.models import User
from accounts.passwords import stay_signed_in
from accounts.sign_up import may_sign_up

#: the address of whom nothing tells one: through a socket of this machine, by a proxy that is mute
UNTOLD_ADDRESS = "0.0.0.0"  # noqa: S104

#: what somebody may show to say once more who they are
WAYS = {
    "reauthenticate": "Use your password",
    "mfa_reauthenticate": "Use a code",
    "mfa_reauthenticate:webauthn": "Use a passkey or key",
}

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
        "account_inactive": "This account is switched off.",
        "duplicate_email": "This is your e-mail already.",
        "incorrect_code": "This code is wrong, was used already or ran out.",
        "invalid_password_reset": "This link is used up.",
        "rate_limited": "Too many attempts. Wait a few minutes, then try again.",
        "unverified_primary_email": "Confirm your e-mail first: follow the link in the mail.",
        "username_taken": "This name is taken.",
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

    def is_reauthentication_required(self, *, app):
        """Who has nothing to show (accounts/first_password.py) has just signed in."""
        return super().is_reauthentication_required(app=app) and not has_just_signed_in_without(
            context.request
        )

    def get_reauthentication_methods(self, user):
        found = super().get_reauthentication_methods(user)
        return [way | {"description": WAYS.get(way["id"], way["description"])} for way in found]

    def pre_authenticate(self, request, **credentials):
        """allauth's own limit: ours stands in `authenticate`."""

    def _rollback_login_failed_rl_usage(self):
        """Belongs to that limit."""

    def clean_username(self, username, shallow=False):
        if "@" in username and not shallow:
            raise ValidationError("A name has no @; the e-mail has a field of its own.")
        return super().clean_username(username, shallow)


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": "This second factor has to stay.",
        "cannot_generate_recovery_codes": "Add an app, a passkey or a key first.",
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "unverified_email": "Confirm your e-mail first: follow the link in the mail.",
    }

    def get_public_key_credential_rp_entity(self):
        """What a passkey belongs to: the host, as the browser sees it."""
        return super().get_public_key_credential_rp_entity() | {"name": "Userward"}


def _named(typed: str) -> int | None:
    """The id of the account with this name or e-mail."""
    named = User.objects.filter(Q(username=typed) | Q(email__iexact=typed)).order_by("pk").first()
    return named and named.pk
