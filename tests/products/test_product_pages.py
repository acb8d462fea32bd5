from datetime import date

import pytest

from personas.models import Persona
from personas.services import record_reading
from prioritisation.pipeline.rescoring import rescore
from products.models import Product
from products.services import create_product
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alice_is_signed_in")]


@pytest.fixture
def rota(alice):
    return cast.rota(alice)


def edit(client, **fields):
    form = {
        "name": "Rota",
        "description": "",
        "effort_unit": "days",
        "capacity": "",
        "version": "1",
        **fields,
    }
    return client.post("/p/ROTA/edit/", form)


def test_the_list_shows_only_ones_own_products(client, rota):
    cast.user("mallory")
    create_product(name="Secret", owner=cast.user("bob"))

    page = client.get("/").content.decode()

    assert "Rota" in page
    assert "Secret" not in page


def test_the_list_takes_as_many_queries_for_ten_products_as_for_two(
    client, alice, django_assert_max_num_queries
):
    for number in range(2):
        create_product(name=f"Product {number}", owner=alice)
    client.get("/")
    with django_assert_max_num_queries(12):
        client.get("/")
    for number in range(10):
        create_product(name=f"Another {number}", owner=alice)
    with django_assert_max_num_queries(12):
        client.get("/")


def test_a_card_shows_market_adoption_answers_and_the_top_three(client, rota):
    rescore(rota.pk)

    (card,) = client.get("/").context["cards"]

    assert card.market == "Users and a buyer"
    assert (card.adoption, card.assumed) == (0.5, True)
    # Two of three are rated by everybody, as seen; the third by nobody.
    assert round(card.answered, 4) == 0.6667
    # Nurse .85 · 5/5; hospital .15 · 1/5 at a reach of .5 + .25 · .5 = .625. Then .15 at .5.
    assert card.top == [(1, 1, "Swap shifts in two taps", 868750), (2, 2, "Single sign-on", 75000)]


def test_a_reading_of_somebody_who_doesnt_count_leaves_adoption_assumed(client, rota, alice):
    porter = Persona.objects.create(product=rota, name="Porter", kind="end_user", importance=0)
    record_reading(persona=porter, observed_on=date(2026, 1, 1), by=alice, installed=9, active=9)

    (card,) = client.get("/").context["cards"]

    assert (card.adoption, card.assumed) == (0.5, True)


def test_a_sample_opens_on_a_surprise(client, rota):
    Product.objects.update(is_sample=True)
    rescore(rota.pk)

    page = client.get("/").content.decode()

    assert "One sample is here to look around in." in page
    assert "“Single sign-on” is 2nd: Nurse doesn’t care, and only 50\u00a0% would use it." in page


def test_of_several_samples_the_one_that_loses_most_surprises(client, rota, alice):
    # Alba is first by name; its hospital says 3 where Rota's says 5.
    alba = create_product(name="Alba", owner=alice)
    for name, kind, value in [("Nurse", "end_user", 0), ("Hospital", "procurer", 3)]:
        persona = alba.personas.create(product=alba, name=name, kind=kind)
        lift, _ = alba.requirements.get_or_create(product=alba, title="A lift")
        lift.ratings.create(product=alba, persona=persona, value=value, basis="seen")
    Product.objects.update(is_sample=True)
    rescore(rota.pk)
    rescore(alba.pk)

    surprise = client.get("/").context["surprise"]

    # 100 · .15 · 5/5 · (1 − .5), where Alba loses 100 · .15 · 3/5 · .5
    assert (surprise.title, surprise.lost) == ("Single sign-on", 75_000)


def test_settings_are_saved(client, rota):
    response = edit(client, name="Rota 2", capacity="60", effort_unit="points")

    assert response.status_code == 302
    rota.refresh_from_db()
    assert (rota.name, rota.capacity, rota.effort_unit) == ("Rota 2", 60, "points")
    assert rota.key == "ROTA"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 1_000_000}, "name"),
        ({"name": "a\0"}, "name"),
        ({"capacity": "0"}, "capacity"),
        ({"capacity": "nan"}, "capacity"),
        ({"capacity": "inf"}, "capacity"),
        ({"capacity": "1e300"}, "capacity"),
        ({"capacity": "9" * 400}, "capacity"),
        ({"effort_unit": ""}, "effort_unit"),
        ({"version": ""}, "version"),
        ({"version": "9" * 30}, "version"),
    ],
)
def test_bad_settings_get_a_message_beside_their_field(client, rota, fields, wrong):
    response = edit(client, **fields)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [wrong]
    rota.refresh_from_db()
    assert (rota.name, rota.version) == ("Rota", 1)


def test_of_two_editors_the_later_one_sees_both_and_chooses(client, rota):
    edit(client, name="Rota of Bob")

    conflict = edit(client, name="Rota of Alice", capacity="60")

    assert conflict.status_code == 409
    differences = conflict.context["form"].conflict.differences
    assert [(d.name, d.yours, d.theirs) for d in differences] == [
        ("name", "Rota of Alice", "Rota of Bob"),
        ("capacity", "60", ""),
    ]
    rota.refresh_from_db()
    assert rota.name == "Rota of Bob"

    version = conflict.context["form"].data["version"]
    chosen = {"version": version, "choose-name": "theirs"}
    edit(client, name="Rota of Alice", capacity="60", **chosen)

    rota.refresh_from_db()
    assert (rota.name, rota.capacity) == ("Rota of Bob", 60)


def test_a_field_that_wasnt_touched_is_suggested_as_theirs(client, rota):
    edit(client, name="Rota of Bob")

    conflict = edit(client, name="Rota", capacity="60").context["form"].conflict

    kept = {one.name: one.keep_theirs for one in conflict.differences}
    assert kept == {"name": True, "capacity": False}


def test_deleting_takes_the_typed_key(client, rota):
    assert client.post("/p/ROTA/delete/", {"key": "ROT"}).status_code == 422
    assert Product.objects.exists()

    response = client.post("/p/ROTA/delete/", {"key": "rota"})

    assert response.status_code == 302
    assert not Product.objects.exists()


@pytest.mark.parametrize("role", ["viewer", "contributor", "maintainer"])
def test_only_an_owner_deletes(client, rota, role):
    bob = cast.user("bob")
    cast.join(rota, bob, role)
    client.force_login(bob)

    assert client.post("/p/ROTA/delete/", {"key": "ROTA"}).status_code == 403
    assert Product.objects.exists()


def test_removing_samples_leaves_ones_own_products_and_those_of_others(client, alice):
    create_product(name="Mine", owner=alice)
    create_product(name="Sample", owner=alice, is_sample=True)
    bobs = create_product(name="Bob's sample", owner=cast.user("bob"), is_sample=True)
    cast.join(bobs, alice, "viewer")

    client.post("/samples/remove/")

    assert set(Product.objects.values_list("name", flat=True)) == {"Mine", "Bob's sample"}


@pytest.mark.parametrize("address", ["edit/", "delete/", "members/", "%00/", "start/"])
def test_a_stranger_gets_404(client, rota, address):
    client.force_login(cast.user("mallory"))

    assert client.get(f"/p/ROTA/{address}").status_code == 404
    assert client.get(f"/p/NONE/{address}").status_code == 404


def test_a_nul_byte_in_the_address_is_no_error_of_ours(client, alice):
    assert client.get("/p/RO%00TA/edit/").status_code == 404
