"""One search everywhere: the ranking page, its file, the rating grid and the API."""

import pytest

from prioritisation.pipeline.rescoring import rescore
from products.models import Requirement
from products.services import add_requirements
from tests import cast

COMBINING = "Re\u0301sume\u0301 upload"  # é as e and an accent
TITLES = {
    1: "Swap shifts in two taps",
    2: "Single sign-on",
    3: "Dark mode",
    4: "Straße and hausnummer",
    5: COMBINING,
    6: "Export 100 % of it_all \\ now",
    7: "Print\u00a0the\u2009plan",
}


@pytest.fixture
def client(client, alice):
    product = cast.rota(alice)
    rest = [Requirement(title=title) for number, title in TITLES.items() if number > 3]
    rest[0].description = "Basements have\r\nno signal."
    rest[1].tags = ["Naïve"]
    add_requirements(product=product, by=alice, requirements=rest)
    rescore(product.pk)
    client.force_login(alice)
    return client


def on_the_page(client, text):
    page = client.get("/p/ROTA/", {"q": text}).context["page"]
    return sorted(line.number for group in page.groups for line in group.lines)


def in_the_file(client, text):
    lines = client.get("/p/ROTA/ranking.csv", {"q": text}).content.decode().splitlines()[1:]
    return sorted(int(line.split(",")[2].removeprefix("ROTA-")) for line in lines)


def in_the_grid(client, text):
    grid = client.get("/p/ROTA/rate/", {"q": text}).context["grid"]
    return sorted(row.requirement.number for row in grid.rows)


def in_the_api(client, text):
    path = "/api/v1/products/ROTA/ranking/"
    found = client.get(path, {"search": text, "ranked": "false"}).json()["results"]
    return sorted(one["requirement"]["number"] for one in found)


@pytest.mark.parametrize("place", [on_the_page, in_the_file, in_the_grid, in_the_api])
@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("SIGN-ON", [2]),
        ("rota-3", [3]),
        ("ROTA-3 dark", [3]),
        ("STRASSE", [4]),
        ("straße", [4]),
        ("basements have no signal", [4]),
        ("r\u00e9sum\u00e9", [5]),
        ("RE\u0301SUME\u0301", [5]),
        ("resume", []),
        ("nai\u0308ve", [5]),
        ("100 %", [6]),
        ("100%", []),
        ("it_all \\", [6]),
        ("it.all", []),
        ("print the plan", [7]),
        ("two\u00a0taps", [1]),
        ("zebra", []),
    ],
)
def test_a_search_finds_whatever_the_case_the_accents_form_and_the_space(
    client, place, text, numbers
):
    assert place(client, text) == numbers


def test_a_search_that_postgresql_could_not_take_finds_what_is_left_of_it(client):
    assert on_the_page(client, "sign\0-on") == [2]
    assert on_the_page(client, "\0") == list(TITLES)


def test_a_search_costs_one_query_more_whatever_is_found(client, django_assert_num_queries):
    client.get("/p/ROTA/")
    with django_assert_num_queries(8):
        client.get("/p/ROTA/", {"q": "s"})
    with django_assert_num_queries(8):
        client.get("/p/ROTA/", {"q": "zebra"})
