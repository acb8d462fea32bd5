"""Who may call what: a stranger finds nothing, a viewer changes nothing."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from accounts.models import Token
from personas.models import Persona
from prioritisation.models import Rating
from prioritisation.pipeline.rescoring import rescore
from products.models import Membership, Product


@pytest.fixture
def urls(product):
    rescore(product.pk)
    requirement = product.requirements.first()
    return [
        "/api/v1/products/ROTA/",
        "/api/v1/products/ROTA/members/",
        "/api/v1/products/ROTA/policy/",
        "/api/v1/products/ROTA/ranking/",
        "/api/v1/products/ROTA/ranking.csv",
        "/api/v1/products/ROTA/ratings/",
        "/api/v1/products/ROTA/ask-next/",
        f"/api/v1/products/ROTA/comparison/?a={requirement.pk}&b={requirement.pk + 1}",
        "/api/v1/products/ROTA/lenses/",
        "/api/v1/personas/?product=ROTA",
        f"/api/v1/personas/{product.personas.first().pk}/",
        f"/api/v1/adoption-readings/?persona={product.personas.first().pk}",
        "/api/v1/requirements/?product=ROTA",
        f"/api/v1/requirements/{requirement.pk}/",
        f"/api/v1/requirements/{requirement.pk}/ratings/",
        f"/api/v1/requirements/{requirement.pk}/explanation/",
        f"/api/v1/requirements/{requirement.pk}/history/",
        f"/api/v1/ratings/{requirement.ratings.first().pk}/",
    ]


def test_members_read_everything(as_user, urls):
    vera = as_user("vera")

    assert [vera.get(url).status_code for url in urls] == [200] * len(urls)


def test_every_resource_says_which_methods_it_takes(as_user, urls):
    answers = {url: as_user("vera").options(url) for url in urls}

    assert {answer.status_code for answer in answers.values()} == {200}
    assert answers["/api/v1/products/ROTA/policy/"]["Allow"] == "GET, PATCH, HEAD, OPTIONS"


def test_a_stranger_gets_404_everywhere(as_user, urls):
    charlie = as_user("charlie")

    assert [charlie.get(url).status_code for url in urls] == [404] * len(urls)
    assert charlie.get("/api/v1/products/").json()["results"] == []


def test_anonymous_must_sign_in(urls):
    answers = [APIClient().get(url) for url in [*urls, "/api/v1/products/"]]

    assert {answer.status_code for answer in answers} == {401}
    assert answers[0]["WWW-Authenticate"] == "Bearer"
    assert answers[0]["Content-Type"] == "application/problem+json"


def test_a_viewer_changes_nothing(as_user, product):
    vera, nurse = as_user("vera"), product.personas.first()
    requirement = product.requirements.first()
    tries = [
        vera.post("/api/v1/requirements/", {"product": "ROTA", "title": "x"}, format="json"),
        vera.post(
            f"/api/v1/requirements/{requirement.pk}/ratings/",
            {"persona": nurse.pk, "value": 1},
            format="json",
        ),
        vera.patch(f"/api/v1/personas/{nurse.pk}/", {"name": "x"}, HTTP_IF_MATCH='"1"'),
        vera.delete(f"/api/v1/requirements/{requirement.pk}/", HTTP_IF_MATCH='"1"'),
        vera.delete("/api/v1/products/ROTA/", HTTP_IF_MATCH='"1"'),
    ]

    assert [answer.status_code for answer in tries] == [403] * len(tries)
    assert product.requirements.count() == 3


def test_a_contributor_edits_own_requirements_and_sets_no_must_do(as_user, product):
    bob = as_user("bob")
    made = bob.post("/api/v1/requirements/", {"product": "ROTA", "title": "Mine"}, format="json")
    url, match = f"/api/v1/requirements/{made.json()['id']}/", made["ETag"]

    changed = bob.patch(url, {"title": "Still mine"}, format="json", HTTP_IF_MATCH=match)
    must_do = bob.patch(url, {"must_reason": "law"}, format="json", HTTP_IF_MATCH=changed["ETag"])
    others = bob.patch(
        f"/api/v1/requirements/{product.requirements.first().pk}/",
        {"title": "x"},
        format="json",
        HTTP_IF_MATCH='"1"',
    )

    assert (made.status_code, changed.status_code) == (201, 200)
    assert changed.json()["key"] == "ROTA-4"
    assert (must_do.status_code, others.status_code) == (403, 403)


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_a_contributor_changes_and_withdraws_own_ratings_alone(as_user, product, alice, method):
    bob = as_user("bob")
    requirement, nurse = product.requirements.get(number=3), product.personas.get(name="Nurse")
    given = f"/api/v1/requirements/{requirement.pk}/ratings/"
    mine = bob.post(given, {"persona": nurse.pk, "value": 2}, format="json").json()["id"]
    theirs = Rating.objects.filter(product=product, rater=alice).first()
    sourced = as_user("maya").post(
        given, {"persona": nurse.pk, "value": 2, "source": "survey"}, format="json"
    )
    before = set(Rating.objects.exclude(pk=mine).values_list("pk", "value"))

    def status(pk):
        url = f"/api/v1/ratings/{pk}/"
        return getattr(bob, method)(url, {"value": 1}, "json", HTTP_IF_MATCH='"1"').status_code

    assert [status(pk) for pk in (theirs.pk, sourced.json()["id"])] == [403, 403]
    assert set(Rating.objects.exclude(pk=mine).values_list("pk", "value")) == before
    assert status(mine) in (200, 204)


def bearer_of(product):
    robot = APIClient()
    text = Token.objects.issue(name="robot", product=product)[1]
    robot.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return robot


def test_a_products_token_makes_no_product(product):
    answer = bearer_of(product).post("/api/v1/products/", {"name": "New"}, format="json")

    assert answer.status_code == 403
    assert Product.objects.get() == product


def test_a_contributor_adds_nothing_that_must_be_done(as_user, product):
    bob, given = as_user("bob"), {"product": "ROTA", "title": "New"}

    refused = bob.post("/api/v1/requirements/", given | {"must_reason": "law"}, format="json")
    # What says nothing of it is fine, and so is what leaves it as it is.
    made = bob.post("/api/v1/requirements/", given | {"must_reason": ""}, format="json")
    url = f"/api/v1/requirements/{made.json()['id']}/"
    kept = bob.patch(url, {"must_reason": "", "title": "x"}, "json", HTTP_IF_MATCH=made["ETag"])

    assert (refused.status_code, made.status_code, kept.status_code) == (403, 201, 200)
    assert not product.requirements.filter(must_reason="law").exists()


def test_a_members_account_stays_what_it_is(as_user, product):
    bob = product.memberships.get(user__username="bob")
    change = {"role": "viewer", "email": "charlie@example.org"}
    url = f"/api/v1/products/ROTA/members/{bob.pk}/"

    answer = as_user("alice").patch(url, change, format="json", HTTP_IF_MATCH='"1"')

    bob.refresh_from_db()
    assert bob.user.username == "bob"
    assert bob.user.email == "bob@example.org"
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "email"


def test_only_maintainers_and_tokens_speak_for_a_source(as_user, product):
    requirement, nurse = product.requirements.first(), product.personas.first()
    url = f"/api/v1/requirements/{requirement.pk}/ratings/"
    said = {"persona": nurse.pk, "value": 2, "source": "survey"}
    robot = bearer_of(product)

    assert as_user("bob").post(url, said, format="json").status_code == 403
    assert as_user("maya").post(url, said, format="json").status_code == 201
    answer = robot.post(url, said | {"value": 3}, format="json")
    assert (answer.status_code, answer.json()["rater"]) == (201, None)
    assert robot.post(url, {"persona": nurse.pk, "value": 3}, format="json").status_code == 400
    assert robot.delete("/api/v1/products/ROTA/", HTTP_IF_MATCH='"1"').status_code == 403
    assert requirement.ratings.filter(source="survey").count() == 1


def test_a_revoked_token_opens_nothing(product, alice):
    token, text = Token.objects.issue(name="old", user=alice)
    Token.objects.update(revoked_at=token.created_at)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")

    assert client.get("/api/v1/products/").status_code == 401


def test_another_scheme_leaves_the_session_to_say_who_asks(client, product, alice):
    """A proxy in front of the site may ask for a password of its own."""
    client.force_login(alice)

    answer = client.get("/api/v1/products/ROTA/", headers={"authorization": "Basic c2FtOng="})

    assert answer.status_code == 200


@pytest.mark.parametrize(("seconds", "noted"), [(30, False), (70, True)])
def test_the_use_of_a_token_is_noted_once_a_minute(as_user, product, seconds, noted):
    vera = as_user("vera")
    assert vera.get("/api/v1/products/ROTA/").status_code == 200
    first = Token.objects.get().last_used_at
    assert first is not None
    before = first - timedelta(seconds=seconds)
    Token.objects.update(last_used_at=before)

    vera.get("/api/v1/products/ROTA/")

    assert (Token.objects.get().last_used_at != before) is noted


def test_the_last_owner_stays(as_user, product, alice):
    mine = Membership.objects.get(product=product, user=alice)
    url = f"/api/v1/products/ROTA/members/{mine.pk}/"

    demoted = as_user("alice").patch(url, {"role": "viewer"}, format="json", HTTP_IF_MATCH='"1"')
    removed = as_user("alice").delete(url, HTTP_IF_MATCH='"1"')

    assert (demoted.status_code, removed.status_code) == (409, 409)
    assert "keeps an owner" in demoted.json()["detail"]
    mine.refresh_from_db()
    assert mine.role == 4


def test_a_row_of_another_product_can_not_be_named(as_user, product, alice):
    foreign = Persona.objects.create(
        product=product.__class__.objects.create(key="OTHER", name="Other"),
        name="Foreign",
        kind="end_user",
    )
    url = f"/api/v1/requirements/{product.requirements.first().pk}/ratings/"

    answer = as_user("alice").post(url, {"persona": foreign.pk, "value": 1}, format="json")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "persona"
