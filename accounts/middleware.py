import time
from contextlib import suppress

from django.conf import settings
from django.contrib.auth import logout
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from django.utils.cache import patch_cache_control

from accounts.models import Token

#: a request within so many seconds of the one noted last isn't noted: that would be a write each
NOTED_EVERY_SECONDS = 60


class NoteTokenUse:
    """Keep when a token was last used, refused requests included.

    Outside the transaction of the write: what is refused is rolled back.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        token = getattr(request, "token", None)
        if token is not None and not token.was_used_within(seconds=NOTED_EVERY_SECONDS):
            Token.objects.filter(pk=token.pk).update(last_used_at=timezone.now())
        return response


class SessionLimits:
    """End sessions that were idle, or lasted, too long; keep what signed-in people see uncached.

    Django's own expiry knows one of the two: it counts from the last write of the session.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        # Before anything is read that says who may what (accounts/cut_offs.py).
        request.asked_at = time.time()
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return self.get_response(request)
        # While the database is away, whoever asks next says so; here it would be a 500.
        with suppress(OperationalError, InterfaceError):
            if request.user.is_authenticated:
                _end_or_note(request)
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, no_store=True)
        return response


def _end_or_note(request) -> None:
    session, now = request.session, int(time.time())
    began, seen = session.setdefault("began", now), session.setdefault("seen", now)
    if now - began > settings.SESSION_SECONDS or now - seen > settings.SESSION_IDLE_SECONDS:
        logout(request)
    elif now - seen > NOTED_EVERY_SECONDS:
        session["seen"] = now
