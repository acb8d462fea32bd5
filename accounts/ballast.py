"""Rows that say nothing any more; nothing else deletes them."""

import time
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.cut_offs import TICKET_SECONDS
from accounts.sign_in_limits import forget_ended


def forget_ballast() -> None:
    """Sessions that ran out, attempts that count no more, what the cache keeps no longer.

    A session goes when no ticket of it is good any more. Else: a hundred that go at once would
    cut everybody off (accounts/cut_off_triggers.py).
    """
    ended = timezone.now() - timedelta(seconds=TICKET_SECONDS)
    Session.objects.filter(expire_date__lt=ended).delete()
    its_session = Session.objects.filter(session_key=OuterRef("session_key"))
    UserSession.objects.filter(~Exists(its_session), created_at__lt=ended).delete()
    forget_ended()
    table = connection.ops.quote_name(settings.CACHES["default"]["LOCATION"])
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE expires < to_timestamp(%s)", [time.time()])  # noqa: S608
