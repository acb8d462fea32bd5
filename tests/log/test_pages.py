"""The log as a page, over the API and as a file."""

import csv
import datetime as dt
import io
from itertools import chain

import pytest
from django.utils import timezone

from accounts.history import acting
from accounts.models import Token
from tests import cast

pytestmark = pytest.mark.scores_are_tampered_with

API = "/api/v1/products/ROTA/log/"


@pytest.fixture
def rota(alice):
    """Alice made it, Bob renamed a requirement to what a spreadsheet would run."""
    with acting(means="session", user=alice):
        return cast.rota(alice)


@pytest.fixture
def bob(rota, alice):
    """A maintainer."""
    bob = cast.user("bob", first_name="Bob", last_name="Berg")
    with acting(means="session", user=alice):
        cast.join(rota, bob, "maintainer")
    return bob


@pytest.fixture
def as_bob(bob):
    return cast.signed_in(bob)


def rename(as_bob, product, title):
    path = f"/api/v1/requirements/{product.requirements.get(number=1).pk}/"
    as_bob.patch(path, {"title": title}, "application/json", headers={"If-Match": "*"})


def sentences(as_bob, query=""):
    return [entry["sentence"] for entry in as_bob.get(f"{API}?{query}").json()["results"]]


def test_a_maintainer_reads_who_did_what(rota, as_bob):
    rename(as_bob, rota, "Swap in one tap")

    page = as_bob.get("/p/ROTA/log/").content.decode()

    assert (
        "Bob Berg changed “Swap in one tap” (ROTA-1): "
        "title “Swap shifts in two taps” → “Swap in one tap”"
    ) in page
    assert 'href="/p/ROTA/log/"' in page


def test_a_contributor_and_a_stranger_do_not_read_it(rota):
    carla = cast.user("carla")
    cast.join(rota, carla, "contributor")

    for path in ("/p/ROTA/log/", "/p/ROTA/log.csv", API, "/api/v1/products/ROTA/log.csv"):
        assert cast.signed_in(carla).get(path).status_code == 403, path
        assert cast.signed_in(cast.user(path)).get(path).status_code == 404, path
    assert "/p/ROTA/log/" not in cast.signed_in(carla).get("/p/ROTA/").content.decode()


def test_it_is_narrowed_by_person_kind_time_and_text(rota, bob, as_bob):
    rename(as_bob, rota, "Swap in one tap")
    tomorrow = (timezone.now() + dt.timedelta(days=1)).isoformat().replace("+", "%2B")
    (renamed,) = sentences(as_bob, f"person={bob.pk}&kind=requirements")

    assert renamed.startswith("Bob Berg changed “Swap in one tap”")
    assert len(sentences(as_bob, "kind=ratings")) == 4
    assert len(sentences(as_bob, "kind=ratings&text=hospital")) == 2
    assert len(sentences(as_bob, "kind=ratings&text=rota-2")) == 2
    assert sentences(as_bob, "text=one%20tap&kind=requirements") == [
        renamed,
        "alice added “Swap shifts in two taps” (ROTA-1)",
    ]
    assert sentences(as_bob, "text=Bob%20Berg&kind=requirements") == [renamed]
    assert sentences(as_bob, f"since={tomorrow}") == []
    assert len(sentences(as_bob, f"until={tomorrow}")) > 9
    assert sentences(as_bob, "kind=members&text=maintainer") == ["alice made Bob Berg a maintainer"]
    found = as_bob.get(f"/p/ROTA/log/?person={bob.pk}&kind=requirements&since=&until=&text=tap")
    assert [entry.sentence for entry in found.context["entries"]] == [renamed]


def test_a_rating_is_found_by_a_name_that_its_requirement_had(rota, as_bob):
    rename(as_bob, rota, "Swap in one tap")
    rota.requirements.get(number=1).delete()

    assert len(sentences(as_bob, "kind=ratings&text=two%20taps")) == 4  # given and withdrawn


@pytest.mark.parametrize(
    "query",
    [
        "since=never", "until=32.13.2026", "person=x", "person=99999999999999999999", "kind=x",
        "text=%00", f"text={'x' * 201}", "since=2026-11-02&until=2026-11-01",
    ],
)  # fmt: skip
def test_what_cannot_be_looked_for_is_said(rota, as_bob, query):
    for path in ("/p/ROTA/log/", "/p/ROTA/log.csv"):
        assert as_bob.get(f"{path}?{query}").status_code == 422
    expected = 200 if "&" in query else 400
    assert as_bob.get(f"{API}?{query}").status_code == expected


@pytest.mark.parametrize("cursor", ["", "x", "Zg", "Zix4LDEsMQ", "é"])
def test_a_cursor_that_is_not_ours_is_refused_and_on_the_page_the_first(rota, as_bob, cursor):
    assert as_bob.get(f"{API}?cursor={cursor}").status_code == 400
    assert as_bob.get(f"/p/ROTA/log/?at={cursor}&until=9999-12-31").status_code == 200


def test_pages_forth_and_back_have_each_entry_once(rota, as_bob):
    rename(as_bob, rota, "Swap in one tap")
    whole = as_bob.get(API).json()
    assert (whole["next"], whole["previous"]) == (None, None)

    pages, address = [], f"{API}?limit=3"
    while address:
        pages.append(as_bob.get(address).json())
        address = pages[-1]["next"]
    forth = [page["results"] for page in pages]
    assert list(chain(*forth)) == whole["results"]
    assert {len(page) for page in forth[:-1]} == {3}

    back, address = [pages[-1]["results"]], pages[-1]["previous"]
    while address:
        page = as_bob.get(address).json()
        back.insert(0, page["results"])
        address = page["previous"]
    assert list(chain(*back)) == whole["results"]


def test_the_page_shows_a_hundred_and_leads_to_older_ones(rota, as_bob):
    for tag in range(110):
        rota.requirements.filter(number=1).update(tags=[f"t{tag}"])

    first = as_bob.get("/p/ROTA/log/?kind=requirements")
    second = as_bob.get(f"/p/ROTA/log/{first.context['older']}")

    assert (len(first.context["entries"]), len(second.context["entries"])) == (100, 13)
    assert (first.context["newer"], second.context["older"]) == (None, None)
    again = as_bob.get(f"/p/ROTA/log/{second.context['newer']}")
    assert again.context["entries"] == first.context["entries"]


def test_an_entry_says_what_a_program_needs(rota, bob, as_bob):
    text = Token.objects.issue(name="laptop", user=bob)[1]
    swap = rota.requirements.get(number=1)
    as_bob.patch(
        f"/api/v1/requirements/{swap.pk}/",
        {"effort": 3},
        "application/json",
        headers={"If-Match": "*", "Authorization": f"Bearer {text}"},
    )

    (entry,) = as_bob.get(f"{API}?kind=requirements&limit=1").json()["results"]

    assert entry["change"] > 0
    assert {name: entry[name] for name in entry.keys() - {"at", "change"}} == {
        "by": "Bob Berg",
        "user": bob.pk,
        "means": "token, the token “laptop”",
        "kind": "requirements",
        "did": "update",
        "sentence": "Bob Berg changed “Swap shifts in two taps” (ROTA-1): effort “8” → “3”",
        "changes": [{"field": "effort", "old": "8", "new": "3"}],
    }


def test_the_file_holds_all_and_no_formula(rota, bob, as_bob):
    bob.first_name = "=HYPERLINK(1)"
    bob.save(update_fields=["first_name"])
    rename(as_bob, rota, "Swap in one tap")

    answers = [as_bob.get(path) for path in ("/p/ROTA/log.csv", f"{API[:-1]}.csv")]

    texts = [b"".join(answer).decode() for answer in answers]
    assert texts[0] == texts[1]
    assert texts[0].startswith("\ufeff")
    assert answers[0]["Content-Disposition"] == 'attachment; filename="ROTA-log.csv"'
    rows = list(csv.DictReader(io.StringIO(texts[0].removeprefix("\ufeff"))))
    assert len(rows) == len(as_bob.get(f"{API}?limit=500").json()["results"])
    changed = next(row for row in rows if row["what"] == "requirements")
    assert changed["who"] == "'=HYPERLINK(1) Berg"
    assert changed["sentence"].startswith("'=HYPERLINK(1) Berg changed “Swap in one tap”")


def test_the_file_is_read_in_pieces_to_its_end(rota, as_bob, monkeypatch):
    whole = b"".join(as_bob.get("/p/ROTA/log.csv"))
    monkeypatch.setattr("prioritisation.log.reading.CHUNK", 3)

    assert b"".join(as_bob.get("/p/ROTA/log.csv")) == whole
