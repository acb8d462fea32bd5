"""`Idempotency-Key`: a POST that is sent again is done once, and answered as the first time."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event, Thread
from urllib.parse import urlencode

import httpx
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Token, User
from prioritisation.requirements import api as requirements
from products import members
from products.api import idempotency
from products.kept_answers import KEPT_FOR, KeptAnswer
from products.models import Product
from products.services import create_product, delete_product
from tests import crawling
from tests.processes import eventually

WARD = {"product": "ROTA", "name": "Ward manager", "kind": "end_user"}


@pytest.fixture
def alice_api(product, as_user):
    return as_user("alice")


def send(client, body=WARD, *, key="k-1", path="personas/"):
    return client.post(f"/api/v1/{path}", body, "json", headers={"Idempotency-Key": key})


def seen(answer):
    headers = ("Content-Type", "ETag", "Userward-Change")
    return answer.status_code, answer.content, [answer.get(name) for name in headers]


def test_the_second_is_answered_as_the_first_and_does_nothing(alice_api, product):
    first, second = send(alice_api), send(alice_api)

    assert first.status_code == 201
    assert first.json()["name"] == "Ward manager"
    assert seen(second) == seen(first)
    assert product.personas.filter(name="Ward manager").count() == 1
    assert "Idempotent-Replayed" not in first
    assert second["Idempotent-Replayed"] == "true"


def test_an_answer_with_a_key_is_as_one_without(alice_api):
    plain = alice_api.post("/api/v1/personas/", WARD | {"name": "Plain"}, "json")
    keyed = send(alice_api, WARD | {"name": "Keyed"})

    def shape(answer):
        return answer.status_code, sorted(answer.json()), sorted(answer.headers.keys())

    assert shape(keyed) == shape(plain)


def bodies(crawler):
    """What each POST of the API takes, by the name of its URL."""
    return {
        "api_products": {"name": "Larder"},
        "api_members": {"email": "charlie@example.org", "role": "viewer"},
        "api_invitations": {"role": "viewer"},
        "api_personas": {"name": "Ward manager", "kind": "end_user"},
        "api_readings": {"observed_on": "2026-11-02", "installed": 9, "active": 5},
        "api_requirements": {"title": "Night mode"},
        "api_ratings_of_product": [],
        "api_ratings_of_requirement": {"persona": crawler._fields["persona"], "value": 1},
        "api_scenarios": {"name": "The hospital decides"},
        "api_scenario_apply": None,
        "api_plausible": None,
    }


def test_every_post_of_the_api_takes_a_key(db):
    crawler = crawling.Crawler(crawling.cast())
    client = APIClient()
    client.force_authenticate(User.objects.get(username="alice"))
    posts = [url for url in crawling.urls() if url.is_api and hasattr(url.callback.cls, "post")]

    for url in posts:
        asked = {name: crawler._fields[name] for name in url.callback.cls.query_names}
        path = f"{crawler.path(url).partition('?')[0]}?{urlencode(asked)}"
        headers = {"Idempotency-Key": url.name, "If-Match": '"1"'}
        first, second = (
            client.post(path, bodies(crawler)[url.name], "json", headers=headers) for _ in "12"
        )
        assert first.status_code < 300, (url.name, first.content)
        assert second.get("Idempotent-Replayed") == "true", url.name
        assert seen(second) == seen(first)
    assert {url.name for url in posts} == bodies(crawler).keys()


def test_another_request_with_the_same_key_is_422(alice_api, product):
    send(alice_api)

    for other in [
        send(alice_api, WARD | {"name": "Other"}),
        send(alice_api, path="personas/?product=ROTA"),
        send(alice_api, {"product": "ROTA", "title": "x"}, path="requirements/"),
    ]:
        assert other.status_code == 422
        assert other["Content-Type"] == "application/problem+json"
    assert product.personas.count() == 3


def test_the_order_of_names_and_spaces_make_no_other_request(alice_api):
    first = send(alice_api)
    again = alice_api.post(
        "/api/v1/personas/",
        json.dumps(dict(reversed(WARD.items())), indent=3),
        content_type="application/json",
        headers={"Idempotency-Key": "k-1"},
    )

    assert seen(again) == seen(first)


def test_what_was_refused_is_tried_anew(alice_api, product):
    nurse = {"product": "ROTA", "name": "Nurse", "kind": "end_user"}
    assert send(alice_api, nurse).status_code == 400
    product.personas.filter(name="Nurse").delete()

    assert send(alice_api, nurse).status_code == 201


def test_what_failed_by_our_fault_is_tried_anew(alice_api, product, monkeypatch):
    alice_api.raise_request_exception = False
    with monkeypatch.context() as failing:
        failing.setattr("prioritisation.overview.persona_api.add_persona", lambda **given: 1 / 0)
        assert send(alice_api).status_code == 500
    assert not KeptAnswer.objects.exists()

    assert send(alice_api).status_code == 201


def test_a_failure_after_the_write_leaves_neither_the_row_nor_the_key(
    alice_api, product, monkeypatch
):
    alice_api.raise_request_exception = False
    with monkeypatch.context() as failing:
        failing.setattr(idempotency, "keep", lambda **given: 1 / 0)
        assert send(alice_api).status_code == 500

    assert not KeptAnswer.objects.exists()
    assert not product.personas.filter(name="Ward manager").exists()


@pytest.mark.parametrize("key", ["", " ", "a" * 256, "é", "two words"])
def test_a_key_that_is_none_is_refused(alice_api, product, key):
    answer = send(alice_api, key=key)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert product.personas.count() == 2


def test_the_longest_key_is_taken(alice_api):
    assert send(alice_api, key="a" * 255).status_code == 201


def test_keys_are_ones_own(alice_api, product, as_user):
    send(alice_api)
    maya = send(as_user("maya"), WARD | {"name": "Maya's"})
    text = Token.objects.issue(name="program", product=product)[1]
    program = APIClient()
    program.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")

    assert maya.json()["name"] == "Maya's"
    assert send(program, WARD | {"name": "Program's"}).json()["name"] == "Program's"


def test_tokens_of_two_products_have_keys_of_their_own(product, alice):
    larder = create_product(name="Larder", owner=alice)
    made = []
    for one in (product, larder):
        program = APIClient()
        text = Token.objects.issue(name="program", product=one)[1]
        program.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
        made.append(send(program, WARD | {"product": one.key}).json()["product"])

    assert made == ["ROTA", "LARDER"]


def test_a_products_token_is_not_taken_for_the_user_of_the_same_number(alice_api, product, alice):
    send(alice_api)
    token, text = Token.objects.issue(name="program", product=product)
    Token.objects.filter(pk=token.pk).update(id=alice.pk)
    program = APIClient()
    program.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")

    assert send(program, WARD | {"name": "Program's"}).json()["name"] == "Program's"


def test_one_key_serves_all_of_a_users_tokens(alice_api, as_user):
    """Somebody who takes a new token in the middle of it does nothing twice."""
    assert seen(send(as_user("alice"))) == seen(send(alice_api))


def test_who_was_removed_meanwhile_finds_nothing(alice_api, product, as_user):
    maya = as_user("maya")
    assert send(maya).status_code == 201
    members.remove_member(product.memberships.get(user__username="maya"))

    assert send(maya).status_code == 404


def test_after_a_day_the_key_is_free_again(alice_api, product):
    send(alice_api)
    yesterday = timezone.now() - KEPT_FOR - timedelta(seconds=1)
    KeptAnswer.objects.update(created_at=yesterday, xid=1)
    again = send(alice_api, WARD | {"name": "Next day"})

    assert again.json()["name"] == "Next day"
    assert again["Userward-Change"] != "1"
    # For another day: the same is answered again, anything else is refused.
    assert seen(send(alice_api, WARD | {"name": "Next day"})) == seen(again)
    assert send(alice_api, WARD | {"name": "Other"}).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_the_sweeper_forgets_answers_after_a_day(alice_api):
    send(alice_api, key="old")
    send(alice_api, WARD | {"name": "New"}, key="new")
    KeptAnswer.objects.filter(key="old").update(created_at=timezone.now() - KEPT_FOR)

    call_command("thin_history")

    assert list(KeptAnswer.objects.values_list("key", flat=True)) == ["new"]


def test_an_answer_goes_with_its_product(alice_api, product):
    send(alice_api)
    delete_product(product)

    assert not KeptAnswer.objects.exists()


def test_an_answer_that_a_key_gives_the_next_day_goes_with_its_own_product(
    alice_api, product, alice
):
    send(alice_api)
    KeptAnswer.objects.update(created_at=timezone.now() - KEPT_FOR - timedelta(seconds=1))
    larder = create_product(name="Larder", owner=alice)
    assert send(alice_api, WARD | {"product": "LARDER"}).status_code == 201
    delete_product(product)
    assert KeptAnswer.objects.exists()

    delete_product(larder)

    assert not KeptAnswer.objects.exists()


def test_a_late_request_does_not_make_a_deleted_product_again(alice_api):
    first = send(alice_api, {"name": "Larder"}, path="products/")
    delete_product(Product.objects.get(key=first.json()["key"]))

    assert seen(send(alice_api, {"name": "Larder"}, path="products/")) == seen(first)
    assert not Product.objects.filter(name="Larder").exists()


# At once


@pytest.mark.django_db(transaction=True)
def test_32_at_once_make_one_row_and_one_answer(site, product):
    """The control: the same 32 without a key make 32."""
    text = Token.objects.issue(name="test", user=User.objects.get(username="alice"))[1]
    said = {"Authorization": f"Bearer {text}"}

    def post(headers):
        swap = {"product": "ROTA", "title": "Swap"}
        answer = httpx.post(f"{site}/api/v1/requirements/", json=swap, headers=headers)
        return answer.status_code, answer.content, answer.headers["Userward-Change"]

    with ThreadPoolExecutor(32) as pool:
        keyed = list(pool.map(post, [said | {"Idempotency-Key": "k-1"}] * 32))
        assert product.requirements.filter(title="Swap").count() == 1
        plain = list(pool.map(post, [said] * 32))

    assert len(set(keyed)) == 1
    assert keyed[0][0] == 201
    assert product.requirements.filter(title="Swap").count() == 33
    assert len(set(plain)) == 32


def two_at_once(alice_api, product, monkeypatch):
    """A has claimed the key and is held there until B waits for it or has been answered."""
    arrived, go_on, answers = Event(), Event(), {}
    add = requirements.add_requirements

    def add_slowly(**given):
        if not arrived.is_set():
            arrived.set()
            assert go_on.wait(10)
        return add(**given)

    monkeypatch.setattr(requirements, "add_requirements", add_slowly)

    def run(name):
        try:
            answers[name] = send(alice_api, {"product": "ROTA", "title": "x"}, path="requirements/")
        finally:
            connection.close()

    first, second = Thread(target=run, args=["A"]), Thread(target=run, args=["B"])
    first.start()
    assert arrived.wait(10)
    second.start()
    eventually(lambda: "B" in answers or waits_for_a_transaction())
    go_on.set()
    first.join()
    second.join()
    return answers


def waits_for_a_transaction():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'transactionid')"
        )
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_the_second_waits_for_the_first(alice_api, product, monkeypatch):
    answers = two_at_once(alice_api, product, monkeypatch)

    assert seen(answers["A"]) == seen(answers["B"])
    assert product.requirements.filter(title="x").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_control_that_only_looks_for_an_answer_does_it_twice(alice_api, product, monkeypatch):
    def look(*, caller, key, **given):
        return not KeptAnswer.objects.filter(caller=caller, key=key).exists()

    def keep(*, caller, key, **contents):
        return KeptAnswer(xid=1, **contents)

    monkeypatch.setattr(idempotency, "claim", look)
    monkeypatch.setattr(idempotency, "keep", keep)
    two_at_once(alice_api, product, monkeypatch)

    assert product.requirements.filter(title="x").count() == 2
