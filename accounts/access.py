"""The two declarations of URLs that belong to no product; a test finds URLs without any."""

from functools import wraps

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect


def signed_in(view):
    """Anybody who is signed in; the view itself reads only what is the user's."""
    wrapped = login_required(view)
    wrapped.declared_role = "signed in"
    return wrapped


def public(view):
    view.declared_role = "public"
    return view


def commits_itself(view):
    """Declare that the view isn't to run in a request's one transaction.

    An attempt to sign in is counted at once and stays counted when it is refused; and nobody
    waits for a row while a password is hashed.
    """
    view.commits_itself = True
    return view


def asks_who_it_is(view):
    """A POST needs that one has just said by password or second factor who one is.

    It commits itself: the exception that leads there has to reach allauth's middleware.
    """
    confirmed = reauthentication_required(view, allow_get=True)

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        if request.method == "POST" and not get_adapter().get_reauthentication_methods(
            request.user
        ):
            messages.error(request, "This asks for your password, and you have none: set one.")
            return redirect("account_set_password")
        return confirmed(request, *args, **kwargs)

    return commits_itself(wrapped)
