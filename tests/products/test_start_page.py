import pytest

from personas.models import Persona
from prioritisation.imports.start_boxes import read_payers, read_titles, read_users
from prioritisation.models import Rating
from products.models import Product, Requirement
from products.roles import Role
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alice_is_signed_in")]

BOXES = {
    "name": "Rota",
    "users": "Nurse 500\nWard lead: 1,050\nPorter",
    "payers": "Hospital\nAgency (advertiser)",
    "titles": "Swap shifts in two taps\n\n Single sign-on ",
}


def test_three_boxes_make_a_product(client, alice):
    response = client.post("/products/new/", BOXES)

    assert response["Location"] == "/p/ROTA/start/"
    product = Product.objects.with_role(alice).get()
    assert (product.name, product.role) == ("Rota", Role.OWNER)
    personas = product.personas.values_list("name", "kind", "headcount", "importance")
    assert list(personas) == [
        ("Nurse", "end_user", 500, 1),
        ("Ward lead", "end_user", 1050, 1),
        ("Porter", "end_user", None, 1),
        ("Hospital", "procurer", None, 1),
        ("Agency", "advertiser", None, 1),
    ]
    titles = product.requirements.values_list("number", "title", "created_by")
    assert list(titles) == [
        (1, "Swap shifts in two taps", alice.pk),
        (2, "Single sign-on", alice.pk),
    ]


def test_a_name_a_user_and_a_title_are_all_it_takes(client, alice):
    response = client.post("/products/new/", {"name": "X", "users": "Nurse", "titles": "Swap"})

    assert response.status_code == 302
    assert Product.objects.get().requirements.count() == 1


def test_a_second_product_of_a_name_gets_another_key(client, alice):
    client.post("/products/new/", BOXES)

    response = client.post("/products/new/", BOXES)

    assert response["Location"] == "/p/ROTA2/start/"


def test_a_pasted_table_brings_its_ratings(client, alice):
    table = "title\teffort\trating:Nurse\nSwap shifts\t3\t5\nSingle sign-on\t\t0"
    form = BOXES | {"titles": table, "basis": "asked"}

    response = client.post("/products/new/", form)

    assert response.status_code == 302
    ratings = Rating.objects.values_list("requirement__title", "value", "basis", "rater")
    assert sorted(ratings) == [
        ("Single sign-on", 0, "asked", alice.pk),
        ("Swap shifts", 5, "asked", alice.pk),
    ]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 1_000_000}, "name"),
        ({"name": "Ro\0ta"}, "name"),
        ({"users": " \n "}, "users"),
        ({"users": "Nurse 0"}, "users"),
        ({"users": "Nurse 500.5"}, "users"),
        ({"users": "Nurse " + "9" * 500}, "users"),
        ({"users": "Nurse\nnurse 3"}, "users"),
        ({"users": "x" * 101}, "users"),
        ({"users": "Nu\0rse"}, "users"),
        ({"users": "\n".join(f"User {chr(65 + n % 26)}{n}x" for n in range(80))}, "users"),
        ({"payers": "Nurse"}, "payers"),
        ({"payers": "x" * 1_000_000}, "payers"),
        ({"titles": ""}, "titles"),
        ({"titles": "x" * 1_000_000}, "titles"),
        ({"titles": "a\0b"}, "titles"),
        ({"titles": "\n".join(map(str, range(2_001)))}, "titles"),
        ({"titles": "title,rating:Nurse\nSwap,6"}, "titles"),
        ({"titles": "title,rating:Nurse\nSwap,2.5"}, "titles"),
        ({"titles": "title,rating:Nobody\nSwap,2"}, "titles"),
        ({"titles": "title,effort\nSwap,0"}, "titles"),
        ({"titles": "title,effort\nSwap,inf"}, "titles"),
        ({"titles": 'title,effort\n"Swap,1'}, "titles"),
        ({"titles": "title,efort\nSwap,1"}, "titles"),
    ],
)
def test_bad_input_gets_a_message_beside_its_box_and_makes_nothing(client, alice, fields, wrong):
    response = client.post("/products/new/", BOXES | fields)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [wrong]
    assert not Product.objects.exists()
    assert not Persona.objects.exists()


def test_what_was_typed_is_kept(client, alice):
    page = client.post("/products/new/", BOXES | {"users": "Nurse 0"}).content.decode()

    assert "Agency (advertiser)" in page
    assert "Nurse 0" in page


def test_a_pasted_tables_columns_may_be_called_as_the_personas_of_the_other_boxes(client, alice):
    client.post("/products/new/", BOXES | {"titles": "title\tNurse\tAgency\nSwap\t5\t-1"})
    client.post("/p/ROTA/start/add/", {"payers": "Union", "titles": "title,nurse,Union\nPrint,4,2"})

    rows = Rating.objects.values_list("requirement__title", "persona__name", "value")
    assert set(rows) == {
        ("Swap", "Nurse", 5),
        ("Swap", "Agency", -1),
        ("Print", "Nurse", 4),
        ("Print", "Union", 2),
    }


def test_more_lines_can_be_added_and_what_is_there_stays(client, alice):
    client.post("/products/new/", BOXES)

    more = {"users": "nurse 9\nClerk 3", "titles": "Single sign-on\nNew"}
    client.post("/p/ROTA/start/add/", more)

    product = Product.objects.get()
    assert product.personas.get(name="Nurse").headcount == 500
    assert product.personas.get(name="Clerk").headcount == 3
    titles = product.requirements.order_by("number").values_list("title", flat=True)
    assert list(titles) == ["Swap shifts in two taps", "Single sign-on", "New"]


def test_the_small_ranking_answers_204_while_nothing_is_new(client, alice):
    client.post("/products/new/", BOXES)
    page = client.get("/p/ROTA/start/ranking/")

    have = page.context["validator"]

    assert client.get("/p/ROTA/start/ranking/", {"have": have}).status_code == 204
    Requirement.objects.update(effort=3)
    assert client.get("/p/ROTA/start/ranking/", {"have": have}).status_code == 200


@pytest.mark.parametrize("address", ["", "add/", "ranking/"])
def test_a_stranger_gets_404(client, alice, address):
    cast.rota(cast.user("bob"))

    ask = client.post if address == "add/" else client.get

    assert ask(f"/p/ROTA/start/{address}").status_code == 404


def test_a_line_may_say_how_many_people_in_several_ways():
    lines = "Nurse 500\nWard lead, 1,500 people\nPorter (12)\nClerk: 1 500\nUser of Level-3\nA1"

    assert read_users(lines) == [
        ("Nurse", 500),
        ("Ward lead", 1500),
        ("Porter", 12),
        ("Clerk", 1500),
        ("User of Level-3", None),
        ("A1", None),
    ]


def test_a_payer_is_a_buyer_unless_the_line_says_otherwise():
    lines = "Hospital\nAgency (advertiser)\nFund (Sponsor)\nUnion (other)\nTrust (north)"

    assert read_payers(lines) == [
        ("Hospital", "procurer"),
        ("Agency", "advertiser"),
        ("Fund", "advertiser"),
        ("Union", "other"),
        ("Trust (north)", "procurer"),
    ]


def test_a_title_twice_is_one_requirement():
    assert read_titles("Swap\n Swap \nLogin") == ["Swap", "Login"]


def test_the_bullets_of_a_list_pasted_from_notes_are_no_part_of_it():
    text = "- Swap shifts\n  * Login\n• Dark - mode\n- [ ] Export\n-5 % on coffee\n3. Undo"

    assert read_titles(text) == [
        "Swap shifts",
        "Login",
        "Dark - mode",
        "Export",
        "-5 % on coffee",
        "3. Undo",
    ]
    assert read_users("- Nurse 500\n* Porter") == [("Nurse", 500), ("Porter", None)]
