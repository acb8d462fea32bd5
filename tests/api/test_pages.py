"""Pages of lists: rows that come, go or are moved make none of the others skipped or repeated."""

import pytest

from personas.models import Persona
from products.api.pages import encoded
from products.models import Product


@pytest.fixture
def alice_api(as_user, product):
    return as_user("alice")


@pytest.fixture
def alike(product):
    """Five personas at one position, whose order is that of their ids."""
    product.personas.update(position=0)
    return Persona.objects.bulk_create(
        Persona(product=product, name=f"P{n}", kind="other", position=5) for n in range(5)
    )


def walked(client, address, field, *, way="next", before_each=lambda: None):
    found = []
    while address:
        page = client.get(address).json()
        found += [row[field] for row in page["results"]]
        address = page[way]
        before_each()
    return found


def test_rows_alike_in_what_they_are_sorted_by_are_each_on_one_page(alice_api, alike):
    page = alice_api.get("/api/v1/personas/?product=ROTA&limit=4").json()
    # Counted from the first of those alike, the next page would begin two further on.
    Persona.objects.filter(pk__in=[alike[0].pk, alike[1].pk]).delete()

    assert walked(alice_api, page["next"], "name") == ["P2", "P3", "P4"]


def test_what_comes_before_is_not_shown_twice(alice_api, product, alike):
    page = alice_api.get("/api/v1/personas/?product=ROTA&limit=4").json()
    Persona.objects.create(product=product, name="New", kind="other", position=1)

    assert walked(alice_api, page["next"], "name") == ["P2", "P3", "P4"]


def test_the_newest_come_first_there_and_back(alice_api, product):
    nurse = product.personas.get(name="Nurse")
    days = [f"2026-11-0{day}" for day in range(1, 6)]
    for day in days:
        body = {"persona": nurse.pk, "observed_on": day, "installed": 1, "active": 1}
        assert alice_api.post("/api/v1/adoption-readings/", body, "json").status_code == 201
    start = f"/api/v1/adoption-readings/?persona={nurse.pk}&limit=2"
    last = start
    while following := alice_api.get(last).json()["next"]:
        last = following

    assert walked(alice_api, start, "observed_on") == days[::-1]
    back = walked(alice_api, last, "observed_on", way="previous")
    assert sorted(back) == days


def test_every_product_is_on_one_page_while_others_are_made(alice_api, product, alice):
    for n in range(4):
        alice_api.post("/api/v1/products/", {"name": f"Product {n}", "key": f"KEY{n}"}, "json")
    address = "/api/v1/products/?limit=2"

    found = walked(alice_api, address, "key", before_each=Product.objects.filter(key="KEY0").delete)

    assert found == ["ROTA", "KEY0", "KEY1", "KEY2", "KEY3"]


@pytest.mark.parametrize(
    "cursor",
    [
        encoded("f", 1),
        encoded("x", 1, 1),
        encoded("f", 1, 1, 1),
        encoded("f", "x", 1),
        encoded("f", "9" * 30, "9" * 30),
        encoded("f", "9" * 5_000, 1),
        encoded("f", "\x00", 1),
        "ä",
        "é" * 9,
        "====",
        "",
    ],
)
def test_a_cursor_of_another_list_or_nobody_is_told(alice_api, cursor):
    answer = alice_api.get("/api/v1/personas/", {"product": "ROTA", "cursor": cursor})

    assert answer.status_code == 400 or answer.json()["results"] == []
