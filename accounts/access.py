"""The two declarations of URLs that belong to no product; a test finds URLs without any."""

from django.contrib.auth.decorators import login_required


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
