import csv
import io

import pytest

from prioritisation.models import Rating
from prioritisation.pipeline.rescoring import rescore
from prioritisation.ranking import paging
from products.models import Requirement
from products.services import add_requirements

URL = "/api/v1/products/ROTA/ranking/"


@pytest.fixture
def vera(as_user, product):
    rescore(product.pk)
    return as_user("vera")


def keys(answer):
    return [result["requirement"]["key"] for result in answer.json()["results"]]


def test_the_ranking_shows_what_everyone_adds(vera):
    """λ = 0.85, one end user; nobody has read adoption, so a = 0.5 and N = 500.

    ROTA-1: nurse +5 seen → 85; reach = 0.5 + 0.25 · 0.5 = 0.625; hospital +1 → 15 · 0.2 · 0.625 =
    1.875, lost 1.125. ROTA-2: nurse 0; reach 0.5; hospital +5 → 7.5, lost 7.5.
    """
    first, second = vera.get(URL).json()["results"]

    assert (first["rank"], first["score"]) == (1, 86.875)
    assert [part["points"] for part in first["contributions"]] == [85, 1.875]
    assert [(part["name"], part["points"]) for part in first["unrealised"]] == [("Hospital", 1.125)]
    assert first["reach"] == 0.625
    assert first["value_for_effort"] == pytest.approx(86.875 / 8)
    assert (second["rank"], second["score"], second["flags"]) == (2, 7.5, ["shelfware"])


def test_unrated_ones_come_last_and_without_rank_when_asked_for(vera):
    assert keys(vera.get(URL)) == ["ROTA-1", "ROTA-2"]
    everything = vera.get(f"{URL}?ranked=false")
    assert keys(everything) == ["ROTA-1", "ROTA-2", "ROTA-3"]
    assert everything.json()["results"][2]["rank"] is None


def test_rank_is_within_the_whole_whatever_is_asked_for(vera, product):
    Requirement.objects.filter(number=2).update(tags=["security"])
    rescore(product.pk)

    for query in ("search=sign-on", "tag=security", "search=rota-2", "status=idea&tag=security"):
        (found,) = vera.get(f"{URL}?{query}").json()["results"]
        assert (found["requirement"]["key"], found["rank"]) == ("ROTA-2", 2)
    assert keys(vera.get(f"{URL}?search=%25")) == []


def test_by_value_for_effort_the_dearer_one_falls(vera, product):
    Requirement.objects.filter(number=1).update(effort=1000)
    rescore(product.pk)

    found = vera.get(f"{URL}?order=value_for_effort")

    assert keys(found) == ["ROTA-2", "ROTA-1"]
    assert [result["effort_rank"] for result in found.json()["results"]] == [1, 2]


def test_one_that_was_just_deleted_doesnt_end_the_pages(vera, product):
    dark, nurse = product.requirements.get(number=3), product.personas.get(name="Nurse")
    Rating.objects.create(
        product=product, requirement=dark, persona=nurse, value=-1, basis="seen", source="Ward 3"
    )
    rescore(product.pk)
    product.requirements.get(number=1).delete()

    found, page = [], f"{URL}?limit=1"
    while page:
        answer = vera.get(page)
        found, page = [*found, *keys(answer)], answer.json()["next"]
    assert found == ["ROTA-2", "ROTA-3"]
    rescore(product.pk)


def test_pages_follow_their_cursors(vera):
    first = vera.get(f"{URL}?limit=1")
    second = vera.get(first.json()["next"])

    assert (keys(first), keys(second)) == (["ROTA-1"], ["ROTA-2"])
    assert second.json()["next"] is None
    assert keys(vera.get(second.json()["previous"])) == ["ROTA-1"]


def test_nothing_new_is_304_and_any_change_is_not(vera, product):
    etag = vera.get(URL)["ETag"]

    assert vera.get(URL, HTTP_IF_NONE_MATCH=etag).status_code == 304
    assert vera.get(f"{URL}?limit=1", HTTP_IF_NONE_MATCH=etag).status_code == 200
    Requirement.objects.filter(number=1).update(title="Swap shifts in one tap")
    changed = vera.get(URL, HTTP_IF_NONE_MATCH=etag)
    assert changed.status_code == 200
    assert changed.json()["stale"] is True
    assert changed.json()["results"][0]["requirement"]["title"] == "Swap shifts in one tap"


def test_it_takes_as_many_queries_for_thirty_rows_as_for_two(
    vera, product, django_assert_num_queries
):
    vera.get(URL)  # notes once a minute that the token is in use
    with django_assert_num_queries(5):
        vera.get(URL)
    more = add_requirements(
        product=product, by=None, requirements=[Requirement(title=f"More {n}") for n in range(28)]
    )
    nurse = product.personas.first()
    Rating.objects.bulk_create(
        Rating(product=product, requirement=one, persona=nurse, value=1, basis="seen", source="x")
        for one in more
    )
    rescore(product.pk)
    with django_assert_num_queries(5):
        assert len(vera.get(URL).json()["results"]) == 30


def test_the_file_runs_no_formula(vera, product):
    Requirement.objects.filter(number=1).update(title='=HYPERLINK("http://x")')

    text = vera.get("/api/v1/products/ROTA/ranking.csv").content.decode("utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["key"] for row in rows] == ["ROTA-1", "ROTA-2"]
    assert rows[0]["title"].startswith("'=")
    assert rows[0]["score"] == "86.875"


def test_a_requirement_knows_its_score_and_rank(vera, product):
    rows = vera.get("/api/v1/requirements/?product=ROTA").json()["results"]

    assert [(row["key"], row["score"], row["rank"]) for row in rows] == [
        ("ROTA-1", 86.875, 1),
        ("ROTA-2", 7.5, 2),
        ("ROTA-3", 0.0, None),
    ]


def test_a_product_says_its_market_and_adoption(vera, as_user, product):
    assert vera.get("/api/v1/products/ROTA/").json()["market"] == "enterprise"
    product.personas.filter(name="Hospital").update(kind="advertiser")
    read = vera.get("/api/v1/products/ROTA/").json()
    assert (read["market"], read["adoption"], read["role"]) == ("ad_funded", 0.5, "viewer")


def test_a_persona_says_its_weight(vera):
    rows = vera.get("/api/v1/personas/?product=ROTA").json()["results"]

    assert [(row["name"], row["weight"], row["adoption"]) for row in rows] == [
        ("Nurse", 0.85, 0.5),
        ("Hospital", pytest.approx(0.15), None),
    ]


def test_whom_the_top_gives_nothing_is_told_where_the_top_is_in_the_answer(vera, product):
    assert vera.get(URL).json()["starved"] == []  # nurses have +5 and 0, the hospital +1 and +5
    product.requirements.get(number=2).ratings.filter(persona__name="Hospital").update(value=1)
    rescore(product.pk)
    hospital = product.personas.get(name="Hospital")

    for asked in ("", "?limit=10", "?order=value_for_effort", "?ranked=false"):
        starved = vera.get(URL + asked).json()["starved"]
        assert starved == [{"id": hospital.pk, "name": "Hospital"}], asked
    cut = vera.get(f"{URL}?limit=1").json()
    assert cut["starved"] is None
    for asked in (cut["next"], f"{URL}?status=idea", f"{URL}?search=swap", f"{URL}?tag=x"):
        assert vera.get(asked).json()["starved"] is None, asked


def rate_all(product, values):
    """Requirements with these ratings by the nurse, scored; the nurse alone counts."""
    made = add_requirements(
        product=product,
        by=None,
        requirements=[Requirement(title=f"Worth {value}", effort=2) for value in values],
    )
    nurse = product.personas.get(name="Nurse")
    Rating.objects.bulk_create(
        Rating(
            product=product, requirement=one, persona=nurse, value=value, basis="seen", source="x"
        )
        for one, value in zip(made, values, strict=True)
    )
    rescore(product.pk)


def walked(client, address, *, back=False, before_each=lambda: None):
    found = []
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, answer.content
        found = [*keys(answer), *found] if back else [*found, *keys(answer)]
        address = answer.json()["previous" if back else "next"]
        before_each()
    return found


@pytest.mark.parametrize(
    "query", ["", "&ranked=false", "&order=value_for_effort", "&search=o", "&status=idea&tag=x"]
)
def test_pages_there_and_back_hold_each_once(vera, product, query):
    rate_all(product, [1, 1, 1, -2, 3, 3])
    Requirement.objects.filter(number__gt=3).update(tags=["x"])
    rescore(product.pk)
    whole = keys(vera.get(f"{URL}?limit=100{query}"))

    assert walked(vera, f"{URL}?limit=2{query}") == whole
    address = f"{URL}?limit=2{query}"
    while (following := vera.get(address).json()["next"]) is not None:
        address = following
    assert walked(vera, address, back=True) == whole


def test_rows_that_come_and_go_make_no_page_skip_or_repeat(vera, product):
    """Before the rescore: afterwards it is another version."""
    rate_all(product, [4, 4, 2, 2, 1])
    whole = keys(vera.get(f"{URL}?ranked=false"))

    def disturb():
        add_requirements(product=product, by=None, requirements=[Requirement(title="New")])

    first = vera.get(f"{URL}?ranked=false&limit=2").json()
    gone = [one["requirement"]["id"] for one in first["results"]]
    Requirement.objects.filter(pk__in=gone).delete()
    rest = walked(vera, first["next"], before_each=disturb)

    assert [key for key in rest if key in whole] == whole[2:]
    assert len(set(rest)) == len(rest)
    rescore(product.pk)


@pytest.mark.parametrize("query", ["", "&order=value_for_effort", "&search=o"])
def test_a_page_of_another_version_is_refused_with_the_first_of_the_present_one(
    vera, product, query
):
    rate_all(product, [1, 2])
    cursor = vera.get(f"{URL}?limit=1{query}").json()["next"]
    Rating.objects.filter(requirement__number=4).update(value=5)
    assert vera.get(cursor).status_code == 200  # not yet in the scores
    rescore(product.pk)

    refused = vera.get(cursor)

    assert (refused.status_code, refused.json()["type"]) == (409, "/api/v1/problems/ranking-moved/")
    again = refused.json()["first"]
    assert walked(vera, again) == keys(vera.get(f"{URL}?limit=100{query}"))


def test_the_hand_written_json_is_json(vera, product):
    nasty = 'quote " back \\ slash \u2028 \x01 </script> 💚'
    product.personas.filter(name="Nurse").update(name=nasty)
    Requirement.objects.filter(number=1).update(
        title=nasty, must_reason="law", must_by="2027-01-31"
    )
    rescore(product.pk)

    first = vera.get(URL).json()["results"][0]

    assert first["requirement"]["title"] == nasty
    assert first["requirement"]["must_by"] == "2027-01-31"
    assert first["contributions"][0] == {
        "persona": product.personas.get(name=nasty).pk,
        "name": nasty,
        "kind": "end_user",
        "points": 85.0,
    }
    assert list(vera.get(URL).json()) == [
        "product", "version", "computed_at", "stale", "next", "previous", "starved", "results",
    ]  # fmt: skip


def test_the_file_is_narrowed_as_the_ranking_is(vera):
    def in_file(query):
        text = vera.get(f"/api/v1/products/ROTA/ranking.csv?{query}").content.decode("utf-8-sig")
        return [row["key"] for row in csv.DictReader(io.StringIO(text))]

    for query in ("", "search=swap", "ranked=false", "order=value_for_effort", "tag=none"):
        assert in_file(query) == keys(vera.get(f"{URL}?{query}")), query
    assert vera.get("/api/v1/products/ROTA/ranking.csv?limit=1").status_code == 400


def test_a_long_answer_is_made_in_parts_and_is_the_same(vera, product, monkeypatch):
    rate_all(product, [1, 2, 3])
    whole, file = vera.get(URL), vera.get("/api/v1/products/ROTA/ranking.csv")
    monkeypatch.setattr(paging, "PART", 2)

    assert vera.get(URL).content == whole.content
    assert vera.get("/api/v1/products/ROTA/ranking.csv").content == file.content
    page = paging.read_page(product, order="score")
    kept = [(len(part), len(page._found)) for part in page.parts()]
    assert kept == [(2, 3), (2, 1), (1, 0)]
