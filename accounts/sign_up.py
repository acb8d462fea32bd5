"""Who may make an account: anybody, whoever was invited, or nobody (SIGN_UP)."""

import time

from django.conf import settings

#: how long somebody who followed an invitation may take to fill in the form
SECONDS_TO_SIGN_UP = 3600
_UNTIL, _EMAIL = "invited_until", "invited_email"


def may_sign_up(request) -> bool:
    invited = request.session.get(_UNTIL, 0) > time.time()
    return settings.SIGN_UP == "open" or (can_sign_up_by_invitation() and invited)


def can_sign_up_by_invitation() -> bool:
    return settings.SIGN_UP != "closed"


def let_sign_up(request, *, email: str = "") -> None:
    """This browser has shown an invitation that is good, bound to `email` if there is one."""
    request.session[_UNTIL], request.session[_EMAIL] = time.time() + SECONDS_TO_SIGN_UP, email


def invited_email(request) -> str:
    """The address that the invitation is bound to, or ""."""
    return request.session.get(_EMAIL, "")
