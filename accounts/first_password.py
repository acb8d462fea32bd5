"""A password for somebody who has none: who signs in elsewhere has nothing to show once more."""

import time

from allauth.account import app_settings
from allauth.account import views as account
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login


def first_password(request, *args, **kwargs):
    """Asks who has nothing to show, and signed in some time ago, to sign in anew: else whoever
    finds their browser sets a password and stays."""
    if not get_reauthentication_flows(request.user) and not has_just_signed_in_without(request):
        logout(request)
        messages.error(request, "Sign in once more, then set a password.")
        return redirect_to_login(request.path)
    return account.password_set(request, *args, **kwargs)


def has_just_signed_in_without(request) -> bool:
    """Whether the user can show neither password nor second factor, and signed in a moment ago."""
    if request is None or not request.user.is_authenticated:
        return False
    recently = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    is_new = request.session.get("began", 0) > recently
    return is_new and not get_reauthentication_flows(request.user)
