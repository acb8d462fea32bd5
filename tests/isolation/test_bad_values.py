"""Every field of every form and of the API's bodies gets what nobody means: never a failure, and
what is refused has changed nothing."""

import random

import pytest

from tests.isolation.bad_values import BY_KIND, OTHERS, bad_values
from tests.isolation.kinds import fields_of, kinds_in, put
from tests.isolation.test_crawl import OF_THE_MODULE

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group(OF_THE_MODULE)]

BODIES = [b"", b"{", b"[" * 50_000, b'{"a":' * 50_000, b"\xff\xfe", b"null", b"1", b'"x"', b"NaN",
          b'{"a": 1e999}', b'{"a": "\\ud800"}', b"[[]]", b'{"": {}}', b"\0", b"{}{}", b"<x/>",
          b'{"title": "x", "title": "y"}', b"\xef\xbb\xbf{}", b"1" * 10_000]  # fmt: skip


def forms(crawl):
    """The fullest request that its owner can send of each URL and method with a body."""
    fullest = {}
    for ask in crawl.plain:
        at = ask.url, ask.method
        kept = fullest.get(at)
        if ask.body and ask.is_main and (kept is None or len(ask.rest) > len(kept.rest)):
            fullest[at] = ask
    return list(fullest.values())


def failures(crawl, asks):
    owner, wrong = crawl.world.actors["owner"], []
    for ask in asks:
        _answer, _text, said = crawl.send(owner, ask)
        failed = [one for one in said if one.startswith(("fails", "leads away"))]
        if failed:
            wrong.append((failed, str(ask)[:300]))
    return wrong


def on_every_field(crawl, count, *, seed):
    chance = random.Random(seed)
    for ask in forms(crawl):
        for path, kind in fields_of(crawl, ask):
            for value in chance.sample(bad_values(kind, 500), count):
                yield put(ask, path, value)
            for value in chance.sample(OTHERS, min(count, len(OTHERS))) if ask.is_api else ():
                yield put(ask, path, value)


def on_each_kind(crawl, count, *, seed):
    """By a form and by the API, where both have a field of the kind."""
    chance = random.Random(seed)
    by_kind = kinds_in(crawl, forms(crawl))
    for kind, places in by_kind.items():
        for value in bad_values(kind, 500)[:count]:
            ask, path = chance.choice(places)
            yield put(ask, path, value)


def test_no_field_fails_whatever_is_typed(crawl):
    """`make test-full`: with 25 values each."""
    assert failures(crawl, on_every_field(crawl, 1, seed=1)) == []


def test_no_kind_of_field_fails_whatever_is_typed(crawl):
    """`make test-full`: with 500 values each."""
    assert failures(crawl, on_each_kind(crawl, 30, seed=2)) == []


def test_every_kind_of_field_is_there(crawl):
    assert kinds_in(crawl, forms(crawl)).keys() == BY_KIND.keys()


def test_no_body_fails_whatever_is_sent(crawl):
    owner, wrong = crawl.world.actors["owner"], []
    for ask in forms(crawl):
        for body in BODIES if ask.is_api else ():
            answer = owner.client.generic(
                ask.method, ask.address, body, "application/json", headers={"If-Match": "*"}
            )
            if answer.status_code >= 500:
                wrong.append((str(ask)[:80], body[:20]))
    assert wrong == []


@pytest.mark.full
def test_no_field_fails_whatever_is_typed_of_25_values(crawl):
    assert failures(crawl, on_every_field(crawl, 25, seed=3)) == []


@pytest.mark.full
def test_no_kind_of_field_fails_whatever_is_typed_of_500_values(crawl):
    assert failures(crawl, on_each_kind(crawl, 500, seed=4)) == []


def test_the_control_a_field_that_fails_is_found(crawl, monkeypatch):
    def fail(text):
        raise KeyError(text)

    monkeypatch.setattr("prioritisation.requirements.forms.TagsField.to_python", fail)
    (new,) = [ask for ask in forms(crawl) if ask.url == "requirement_new"]

    assert failures(crawl, [new])


def test_the_values_are_the_same_each_time():
    assert bad_values("text", 500) == bad_values.__wrapped__("text", 500)
    assert len(set(bad_values("number", 500))) == 500
