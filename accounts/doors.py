"""Doors: the addresses that take a password, a code or another proof of who somebody is."""

from functools import wraps

from allauth.account.adapter import get_adapter
from allauth.core.internal.ratelimit import truncate_ip
from django.http import HttpRequest
from django.shortcuts import render

from accounts.sign_in_limits import POSTS_PER_DOOR, take


def door(view):
    """A POST is one of a few at once (products/middleware.py): a password waits for its turn to be
    hashed, and holds a thread meanwhile."""
    view.is_a_door = True
    return view


def counted_door(view):
    """Besides, one address, or user, posts only so often a minute. Sign-in counts by itself."""

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        if request.method == "POST" and not take([(POSTS_PER_DOOR, _who_at(request))]):
            said = {"exception": "Too many attempts. Wait a minute, then try again."}
            answer = render(request, "429.html", said, status=429)
            answer["Retry-After"] = str(POSTS_PER_DOOR.seconds)
            return answer
        return view(request, *args, **kwargs)

    return door(wrapped)


def address_of(request: HttpRequest) -> str:
    """Of whoever asks, or of their network; a proxy is believed as TRUSTED_PROXIES says."""
    return truncate_ip(get_adapter().get_client_ip(request))


def _who_at(request: HttpRequest) -> str:
    user = request.user
    who = f"user {user.pk}" if user.is_authenticated else address_of(request)
    return f"{request.resolver_match.url_name}\0{who}"
