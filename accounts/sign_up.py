"""Who may make an account: anybody, whoever was invited, or nobody (SIGN_UP)."""

import time

from django.conf import settings

#: how long somebody who followed an invitation may take to fill in the form
SECONDS_TO_SIGN_UP = 3600
_KEY = "invited_until"


def may_sign_up(request) -> bool:
    if settings.SIGN_UP == "invited":
        return request.session.get(_KEY, 0) > time.time()
    return settings.SIGN_UP == "open"


def let_sign_up(request, *, email: str = "") -> None:
    """This browser has shown an invitation that is good."""
    request.session[_KEY] = time.time() + SECONDS_TO_SIGN_UP
    request.session["invited_email"] = email


def invited_email(request) -> str:
    """The address that the invitation is bound to, or ""."""
    return request.session.get("invited_email", "")
