"""What the daily clean-up takes away, and what it leaves."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import CutOff, SignInAttempts
from accounts.sign_in_limits import PER_ADDRESS, take
from products.invitations import invite
from products.models import Invitation
from products.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db


def signed_in():
    client = Client()
    client.post("/sign-in/", {"login": "alice", "password": cast.PASSWORD})
    return client


def ran_out(session_key, **ago):
    expired = timezone.now() - timedelta(**ago)
    Session.objects.filter(session_key=session_key).update(expire_date=expired)
    UserSession.objects.filter(session_key=session_key).update(created_at=expired)


def test_sessions_that_ran_out_go_with_what_lists_them_and_others_stay(alice):
    gone, just_out, here = (signed_in() for _ in range(3))
    ran_out(gone.session.session_key, minutes=6)
    ran_out(just_out.session.session_key, minutes=1)
    CutOff.objects.all().delete()

    call_command("thin_history")

    left = {client.session.session_key for client in (just_out, here)}
    assert set(Session.objects.values_list("session_key", flat=True)) == left
    assert set(UserSession.objects.values_list("session_key", flat=True)) == left
    assert here.get("/account/").status_code == 200
    assert not CutOff.objects.exists(), "nobody else's stream ends"


def test_attempts_and_cached_values_go_when_they_count_no_more():
    take([(PER_ADDRESS, "10.0.0.1")])
    SignInAttempts.objects.update(ends_at="2026-01-01T00:00Z")
    take([(PER_ADDRESS, "10.0.0.2")])
    cache.set("old", 1, timeout=3600)
    cache.set("new", 1, timeout=3600)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_cache SET expires = now() - interval '1 s' WHERE cache_key = ':1:old'"
        )

    call_command("thin_history")

    assert SignInAttempts.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM accounts_cache")
        assert cursor.fetchall() == [(":1:new",)]


def test_invitations_that_nobody_used_go_after_a_year_and_used_ones_stay(alice):
    rota = cast.rota(alice)
    made = [
        invite(product=rota, role=Role.VIEWER, by=alice, days=days)[0]
        for days in (-366, -364, -366)
    ]
    Invitation.objects.filter(pk=made[2].pk).update(accepted_at=timezone.now(), accepted_by=alice)

    call_command("thin_history")

    assert list(Invitation.objects.order_by("pk")) == made[1:]
