"""What an open page polls: where the scores stand, and a new ticket for its stream."""

import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.signing import BadSignature
from django.urls import reverse
from django.utils import timezone

from prioritisation.live import tickets as live
from prioritisation.models import ScoringState
from prioritisation.pipeline.rescoring import rescore
from products.models import Requirement
from tests import cast

pytestmark = pytest.mark.django_db
NOW = 1_800_000_000


@pytest.fixture
def rota(client):
    alice = cast.user("alice")
    client.force_login(alice)
    return cast.rota(alice)


def standing(client):
    return client.get(reverse("standing", args=["ROTA"])).json()


def test_it_tells_the_version_and_differs_as_soon_as_something_is_marked(rota, client):
    version = rescore(rota.pk)
    fresh = standing(client)
    Requirement.objects.filter(number=1).update(title="Swap shifts")
    marked = standing(client)

    assert (fresh["version"], fresh["stale"]) == (version, False)
    assert (marked["version"], marked["stale"]) == (version, True)
    assert marked["validator"] != fresh["validator"]
    assert int(marked["validator"].split(".")[0]) == version  # as static/live_updates.js reads it
    assert fresh["live"] == ""  # nothing sends versions here


def test_each_answer_brings_a_ticket_for_five_minutes(rota, client, settings, monkeypatch):
    settings.LIVE_URL = "/live/"
    monkeypatch.setattr("time.time", lambda: NOW + 0.9004)
    address = urlsplit(standing(client)["live"])
    ticket = parse_qs(address.query)["ticket"][0]

    assert address.path == "/live/"
    user_id = rota.memberships.get().user_id
    session = hashlib.sha256(client.session.session_key.encode()).hexdigest()
    assert live.read_ticket(ticket) == live.Ticket(user_id, rota.pk, NOW + 0.9004, session)
    monkeypatch.setattr("time.time", lambda: NOW + 300.8)
    assert live.read_ticket(ticket)
    monkeypatch.setattr("time.time", lambda: NOW + 300.91)
    with pytest.raises(BadSignature):
        live.read_ticket(ticket)


def test_a_page_is_told_that_a_rescore_failed(rota, client):
    rescore(rota.pk)
    Requirement.objects.filter(number=1).update(title="Swap shifts")
    waiting = standing(client)
    ScoringState.objects.update(error="ValueError: no", failed_at=timezone.now())

    assert standing(client)["validator"] != waiting["validator"]
