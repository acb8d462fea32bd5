"""What Django and allauth tell of accounts, kept as AccountEvents."""

from allauth.account import signals as account
from allauth.mfa import signals as second_factor
from django.contrib.auth.signals import user_logged_in, user_logged_out

from accounts.account_events import count_failure, record
from accounts.models import AccountEvent

Kind = AccountEvent.Kind
#: signal → what it tells of its `user`
TOLD = {
    account.user_signed_up: Kind.SIGNED_UP,
    user_logged_in: Kind.SIGNED_IN,
    user_logged_out: Kind.SIGNED_OUT,
    account.password_set: Kind.PASSWORD,
    account.password_changed: Kind.PASSWORD,
    account.password_reset: Kind.PASSWORD,
    account.email_changed: Kind.EMAIL,
    second_factor.authenticator_added: Kind.FACTOR_ADDED,
    second_factor.authenticator_removed: Kind.FACTOR_REMOVED,
}


def connect() -> None:
    for signal, kind in TOLD.items():
        signal.connect(_recorder(kind), weak=False, dispatch_uid=f"account event {kind}")
    second_factor.authentication_failed.connect(_code_refused, dispatch_uid="refused code")


def _recorder(kind):
    def receive(sender, user=None, **_told):
        if user is not None:  # signing out when nobody is signed in
            record(user, kind)

    return receive


def _code_refused(sender, user, **_told):
    count_failure(user.pk)
