"""What every answer tells the browser to keep others from, and what a write asks of it."""

import pytest
from django.test import Client

from prioritisation.models import Rating
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def rota(alice):
    return cast.rota(alice)


@pytest.mark.parametrize("path", ["/p/ROTA/", "/sign-in/", "/api/v1/products/ROTA/", "/none"])
def test_no_answer_runs_or_frames_what_isnt_ours(rota, client, alice_is_signed_in, path):
    headers = client.get(path).headers

    policy = dict(
        directive.split(" ", 1) for directive in headers["Content-Security-Policy"].split("; ")
    )
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "manifest-src": "'self'",
    }
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_a_form_of_another_site_changes_nothing(rota, alice):
    """Alice's browser sends her cookie along, but knows no token of ours."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    before = list(Rating.objects.values_list("pk", "value", "version"))
    nurse, swap = rota.personas.get(name="Nurse"), rota.requirements.get(number=1)
    rating = {"persona": nurse.pk, "value": 1}

    answers = [
        browser.post("/p/ROTA/rate/cells/", {f"c.{swap.pk}.{nurse.pk}.1.5": "1"}),
        browser.post("/p/ROTA/requirements/1/rate/", rating | {"basis": "seen", "version": 1}),
        browser.post("/p/ROTA/delete/", {"key": "ROTA"}),
        browser.post(f"/api/v1/requirements/{swap.pk}/ratings/", rating, "application/json"),
        Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "alice"}),
    ]

    assert [answer.status_code for answer in answers] == [403] * len(answers)
    assert list(Rating.objects.values_list("pk", "value", "version")) == before


def test_the_session_is_out_of_reach_of_scripts(rota, client, settings):
    client.post("/sign-in/", {"login": "alice", "password": cast.PASSWORD})

    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_who_asks_over_http_can_not_say_that_it_was_https(db, client):
    """Behind https a proxy sets that header; here it is the browser's own word."""
    answer = client.get("/sign-in/", headers={"X-Forwarded-Proto": "https"})

    assert not answer.wsgi_request.is_secure()


def test_over_http_only_those_are_answered_who_ask_whether_it_lives(db, settings):
    settings.SECURE_SSL_REDIRECT = True

    found = {path: Client().get(path).status_code for path in ("/healthz", "/readyz", "/sign-in/")}

    assert found == {"/healthz": 200, "/readyz": 200, "/sign-in/": 301}


def test_head_is_answered_as_get_without_the_body(rota, client, alice_is_signed_in):
    answer = client.head("/p/ROTA/")

    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/p/ROTA/standing/", "/account/"])
def test_what_holds_for_a_moment_or_for_one_reader_isnt_kept(
    rota, client, alice_is_signed_in, path
):
    assert "no-store" in client.get(path).headers["Cache-Control"]
