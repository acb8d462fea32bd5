import pytest

from prioritisation.models import Rating
from products.models import Requirement
from products.services import add_requirements
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alice_is_signed_in")]


@pytest.fixture
def rota(alice):
    return cast.rota(alice)


@pytest.fixture
def bob(client, rota):
    """Bob contributes, has rated nothing, and is signed in."""
    bob = cast.user("bob")
    cast.join(rota, bob, "contributor")
    client.force_login(bob)
    return bob


def cell(client, title, persona):
    grid = client.get("/p/ROTA/rate/").context["grid"]
    cells = [cell for row in grid.rows for cell in row.cells]
    return next(c for c in cells if (c.title, c.persona.name) == (title, persona))


def mine(user):
    rows = Rating.objects.filter(rater=user).order_by("id")
    return [(r.requirement.title, r.persona.name, r.value, r.basis) for r in rows]


def test_the_grid_shows_ones_own_ratings_and_the_others_beside_them(client, rota, bob):
    swap = cell(client, "Swap shifts in two taps", "Nurse")

    assert (swap.mine, swap.others) == (None, [5])
    assert not swap.is_missing
    assert cell(client, "Dark mode", "Nurse").is_missing


def test_one_post_saves_the_cells_that_were_changed_as_guessed(client, rota, bob):
    swap = cell(client, "Swap shifts in two taps", "Nurse")
    dark = cell(client, "Dark mode", "Hospital")

    client.post("/p/ROTA/rate/", {swap.name: "+2", dark.name: "−3"})

    assert mine(bob) == [
        ("Swap shifts in two taps", "Nurse", 2, "guessed"),
        ("Dark mode", "Hospital", -3, "guessed"),
    ]


def test_cells_that_say_what_they_said_arent_written(client, rota, bob):
    swap = cell(client, "Swap shifts in two taps", "Nurse")
    client.post("/p/ROTA/rate/", {swap.name: "2", "basis": "seen"})
    again = cell(client, "Swap shifts in two taps", "Nurse")

    response = client.post("/p/ROTA/rate/", {again.name: "+2", "basis": "guessed"}, follow=True)

    assert mine(bob) == [("Swap shifts in two taps", "Nurse", 2, "seen")]
    assert "Nothing was changed" in response.content.decode()


def test_how_one_knows_starts_at_guessed_and_sticks(client, rota, bob):
    assert client.get("/p/ROTA/rate/").context["basis"] == "guessed"

    swap = cell(client, "Swap shifts in two taps", "Nurse")
    client.post("/p/ROTA/rate/", {swap.name: "2", "basis": "asked"})

    assert client.get("/p/ROTA/rate/").context["basis"] == "asked"
    dark = cell(client, "Dark mode", "Nurse")
    client.post("/p/ROTA/rate/cells/", {dark.name: "1"})
    assert mine(bob)[-1] == ("Dark mode", "Nurse", 1, "asked")


def test_a_cleared_cell_withdraws_the_rating(client, rota, alice):
    swap = cell(client, "Swap shifts in two taps", "Nurse")

    client.post("/p/ROTA/rate/", {swap.name: ""})

    assert cell(client, "Swap shifts in two taps", "Nurse").mine is None


@pytest.mark.parametrize(
    "value", ["6", "-6", "2.5", "nan", "inf", "x", "1e999999999", "9" * 5_000, "2\0", "−", "５.1"]
)
def test_a_bad_rating_is_marked_in_its_cell_and_nothing_is_saved(client, rota, bob, value):
    swap = cell(client, "Swap shifts in two taps", "Nurse")
    dark = cell(client, "Dark mode", "Nurse")

    response = client.post("/p/ROTA/rate/", {swap.name: "3", dark.name: value})

    assert response.status_code == 422
    cells = {c.name: c for row in response.context["grid"].rows for c in row.cells}
    assert cells[dark.name].error
    assert cells[swap.name].typed == "3"
    assert mine(bob) == []


def test_disagreement_is_marked_from_three_points(client, rota, bob):
    swap = cell(client, "Swap shifts in two taps", "Nurse")
    client.post("/p/ROTA/rate/cells/", {swap.name: "2"})
    assert cell(client, "Swap shifts in two taps", "Nurse").is_split

    swap = cell(client, "Swap shifts in two taps", "Nurse")
    client.post("/p/ROTA/rate/cells/", {swap.name: "3"})
    assert not cell(client, "Swap shifts in two taps", "Nurse").is_split


def test_what_is_missing_counts_counted_personas_and_open_requirements(client, rota, alice):
    rota.personas.create(product=rota, name="Locum", kind="end_user", importance=0)
    rota.requirements.create(product=rota, title="Old", status="shipped")

    grid = client.get("/p/ROTA/rate/").context["grid"]

    assert (grid.answered, grid.asked, grid.missing) == (4, 6, 2)


def test_one_persona_at_a_time_shows_the_missing_first(client, rota, alice):
    nurse = rota.personas.get(name="Nurse")

    page = client.get(f"/p/ROTA/rate/?persona={nurse.pk}")

    assert page.context["one"].cells[0].title == "Dark mode"


@pytest.mark.parametrize(
    "query",
    [
        "page=²",
        "page=0",
        "page=99999",
        "persona=%00",
        "persona=x",
        "persona=999999",
        "requirement=7&page=3",
        "since=²",
        "since=9999999999999",
        "persona=1&page=500",
        "q=%00",
    ],
)
def test_a_strange_address_is_no_error_of_ours(client, rota, alice, query):
    assert client.get(f"/p/ROTA/rate/?{query}").status_code == 200


def test_a_grid_of_five_hundred_rows_takes_as_many_queries_as_one_of_three(
    client, rota, alice, django_assert_max_num_queries
):
    add_requirements(
        product=rota, by=alice, requirements=[Requirement(title=f"R {n}") for n in range(510)]
    )
    client.get("/p/ROTA/rate/")

    with django_assert_max_num_queries(20):
        page = client.get("/p/ROTA/rate/")

    assert len(page.context["grid"].rows) == 500
    assert page.context["grid"].has_more
    assert len(client.get("/p/ROTA/rate/?page=2").context["grid"].rows) == 13


def test_a_filter_looks_in_all_pages(client, rota, alice):
    rows = client.get("/p/ROTA/rate/?q=sign").context["grid"].rows

    assert [row.requirement.title for row in rows] == ["Single sign-on"]
    assert "Nothing matches" in client.get("/p/ROTA/rate/?q=zebra").content.decode()


def test_the_requirement_that_is_asked_for_comes_first(client, rota, alice):
    hospital = rota.personas.get(name="Hospital")

    page = client.get("/p/ROTA/rate/?requirement=3")
    cell_of = client.get(f"/p/ROTA/rate/?persona={hospital.pk}&requirement=2")

    assert page.context["grid"].rows[0].requirement.title == "Dark mode"
    assert not cell_of.context["one_at_a_time"]
    sso = rota.requirements.get(number=2)
    assert f'data-asked-for="{sso.pk}.{hospital.pk}"' in cell_of.content.decode()
    assert cell_of.context["one"].cells[0].title == "Single sign-on"


def test_the_second_part_of_a_list_skips_nothing_that_is_still_missing(client, rota, bob):
    add_requirements(
        product=rota, by=bob, requirements=[Requirement(title=f"R {n:02}") for n in range(40)]
    )
    nurse = rota.personas.get(name="Nurse")
    first = client.get(f"/p/ROTA/rate/?persona={nurse.pk}").context["one"]
    assert (len(first.cells), first.done, first.of, first.before) == (25, 0, 43, "")
    client.post("/p/ROTA/rate/cells/", {one.name: "1" for one in first.cells})

    second = client.get(f"/p/ROTA/rate/?{first.after}").context["one"]

    titles = [one.title for one in [*first.cells, *second.cells]]
    assert len(set(titles)) == 43
    assert [one.mine for one in second.cells] == [None] * 18
    assert not second.after
    anew = client.get(f"/p/ROTA/rate/?persona={nurse.pk}").context["one"]
    assert [one.at for one in anew.cells[:18]] == [one.at for one in second.cells]


def test_columns_stand_in_the_order_of_the_bars(client, rota, alice):
    rota.personas.create(product=rota, name="Porter", kind="end_user")

    grid = client.get("/p/ROTA/rate/").context["grid"]

    assert [persona.name for persona in grid.personas] == ["Nurse", "Porter", "Hospital"]


def test_a_viewer_reads_and_doesnt_rate(client, rota):
    vera = cast.user("vera")
    cast.join(rota, vera, "viewer")
    client.force_login(vera)
    swap = cell(client, "Swap shifts in two taps", "Nurse")

    page = client.get("/p/ROTA/rate/").content.decode()
    assert "Save the ratings" not in page
    assert 'aria-readonly="true"' in page
    assert client.post("/p/ROTA/rate/", {swap.name: "4"}).status_code == 403
    assert client.post("/p/ROTA/rate/cells/", {swap.name: "4"}).status_code == 403
    assert mine(vera) == []


def test_a_stranger_gets_404_and_anonymous_must_sign_in(client, rota):
    client.force_login(cast.user("mallory"))
    assert client.get("/p/ROTA/rate/").status_code == 404
    assert client.post("/p/ROTA/rate/cells/", {}).status_code == 404
    assert client.get("/p/ROTA/rate/changes/").status_code == 404

    client.logout()
    assert client.get("/p/ROTA/rate/").status_code == 302
