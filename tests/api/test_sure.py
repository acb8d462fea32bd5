"""How sure: intervals and plausible weightings by the API; numbers worked by hand."""

import pytest
from django.db import connection

from personas.models import Persona
from prioritisation.models import Rating
from prioritisation.models.analyses import Analysis
from prioritisation.pipeline import notify
from tests import processes, servers
from tests.cast import join, rota, user
from tests.processes import eventually

SENSITIVITY = "/api/v1/products/ROTA/sensitivity/"
PLAUSIBLE = "/api/v1/products/ROTA/plausible/"


@pytest.fixture
def close(product):
    """Nurses value swapping shifts at +1 only: 20 λ + 10.5 (1 − λ) against single sign-on's
    50 (1 − λ), since half of them use it (0.525 with swapping: 0.25 · 0.5 · 0.2 more)."""
    product.requirements.get(number=1).ratings.filter(persona__kind="end_user").update(value=1)
    return product


def test_the_interval_of_end_users_say_with_what_ends_it(as_user, close):
    body = as_user("vera").get(SENSITIVITY).json()

    first, whole = body.pop("results")
    assert body == {"product": "ROTA", "version": 0, "stale": True}
    upper, lower = (
        {"requirement": close.requirements.get(number=n).pk, "key": f"ROTA-{n}"} for n in (1, 2)
    )
    assert (first["top"], first["members"]) == (1, [upper])
    assert (whole["top"], whole["members"]) == (None, [])
    say, adoption = first["intervals"]
    # 0.2 λ = 0.395 (1 − λ)
    assert say.pop("low") == pytest.approx(0.395 / 0.595)
    assert say == {
        "parameter": "end_user_say",
        "persona": None,
        "name": None,
        "kind": None,
        "now": 0.85,
        "least": 0.5,
        "most": 0.95,
        "high": 0.95,
        "what_happens": {"low": {"overtakes": lower, "overtaken": upper}, "high": None},
    }
    assert first["margin"] == pytest.approx(0.85 - 0.395 / 0.595)
    assert first["verdict"] == "robust"
    assert (adoption["parameter"], adoption["name"], adoption["kind"]) == (
        "adoption",
        "Nurse",
        "end_user",
    )
    assert (adoption["low"], adoption["high"]) == (0, 1)
    assert adoption["what_happens"] == {"low": None, "high": None}


def test_the_share_of_plausible_weightings(as_user, close):
    body = as_user("vera").get(PLAUSIBLE).json()

    assert (body["state"], body["progress"], body["stale"]) == ("done", 1, False)
    assert (body["draws"], body["ranked"]) == (10_000, 2)
    first, second = body["results"]
    # All is seen and there is one of each kind: only λ is drawn, and counts from 0.395 / 0.595 on.
    share = (0.95 - 0.395 / 0.595) / 0.45
    assert first["requirement"] == close.requirements.get(number=1).pk
    assert first["key"] == "ROTA-1"
    assert first["top_1"] == pytest.approx(share, abs=0.02)
    assert second["ranks"] == pytest.approx([1 - share, share], abs=0.02)
    assert (first["usual"], first["top_3"]) == ([1, 2], 1)


def test_a_product_with_nothing_ranked_has_no_results(as_user, alice, product):
    product.requirements.all().delete()

    assert as_user("alice").get(SENSITIVITY).json()["results"] == []
    assert as_user("alice").get(PLAUSIBLE).json()["results"] == []


@pytest.mark.parametrize("path", [SENSITIVITY, PLAUSIBLE])
def test_a_stranger_finds_nothing(as_user, product, path):
    assert as_user("charlie").get(path).status_code == 404
    assert as_user("charlie").post(path).status_code in {404, 405}


# More than 200: by a worker


def many(owner):
    """Rota with 201 requirements more, each rated by the nurse, all different."""
    product = rota(owner)
    nurse = Persona.objects.get(product=product, name="Nurse")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH made AS (
                INSERT INTO products_requirement (product_id, number, title, description, decision,
                    tags)
                SELECT %s, n, 'No. ' || n, '', '', '{}' FROM generate_series(11, 211) n
                RETURNING id, number
            )
            INSERT INTO prioritisation_rating (product_id, requirement_id, persona_id, value,
                basis, rater_id)
            SELECT %s, id, %s, number - (number / 5) * 5, 'guessed', %s FROM made
            """,
            [product.pk, product.pk, nurse.pk, owner.pk],
        )
    return product


def age(seconds):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE prioritisation_analysis SET touched_at = now() - %s * interval '1 second'",
            [seconds],
        )


@pytest.fixture
def analyses_worker(transactional_db, our_nudges_go_to):
    our_nudges_go_to(servers.REDIS_URL_OF_THE_SITE)
    with processes.analyses_worker(REDIS_URL=servers.REDIS_URL_OF_THE_SITE) as worker:
        yield worker


def test_many_requirements_are_worked_out_by_a_worker(analyses_worker, as_user):
    product = many(user("alice"))
    join(product, user("vera"), "viewer")
    vera = as_user("vera")
    assert vera.get(PLAUSIBLE).json()["state"] == "not_started"

    started = vera.post(PLAUSIBLE)
    assert started.status_code == 202
    assert started.json()["state"] in {"waiting", "running"}
    done = eventually(
        lambda: (body := vera.get(PLAUSIBLE).json())["state"] == "done" and body, within=60
    )
    assert (done["progress"], done["ranked"], len(done["results"])) == (1, 203, 20)
    assert done["results"][0]["key"] == "ROTA-1"
    # 203 have ranks, and the first 20 of these are told
    assert len(done["results"][0]["ranks"]) == 20

    Rating.objects.filter(requirement__number=1).update(value=2)
    assert vera.get(PLAUSIBLE).json()["stale"]


def test_a_lost_task_is_seen_and_can_be_started_again(as_user, alice, monkeypatch):
    rung = []
    monkeypatch.setattr(notify, "ring_for_analyses", lambda: rung.append(1))
    many(alice)
    client = as_user("alice")

    assert client.post(PLAUSIBLE).json()["state"] == "waiting"
    # Nobody rings twice for what is under way.
    client.post(PLAUSIBLE)
    assert Analysis.objects.get().attempt == 1
    age(31)
    assert client.get(PLAUSIBLE).json()["state"] == "lost"
    assert client.post(PLAUSIBLE).json()["state"] == "waiting"
    assert Analysis.objects.get().attempt == 2
