import pytest

from prioritisation.models import Rating
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(client):
    alice = cast.user("alice")
    client.force_login(alice)
    return alice


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
    client.post("/p/ROTA/rate/cell/", {dark.name: "1"})
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
    assert cells[swap.name].shown == "3"
    assert mine(bob) == []


def test_a_cell_is_saved_alone_in_the_background(client, rota, bob):
    swap = cell(client, "Swap shifts in two taps", "Nurse")

    response = client.post("/p/ROTA/rate/cell/", {swap.name: "4", "basis": "seen"})

    assert response.status_code == 200
    assert response["Userward-Change"]
    saved = response.context["cell"]
    assert (saved.value, saved.letter, saved.others) == (4, "S", [5])
    assert saved.name in response.content.decode()


def test_a_cell_may_keep_its_value_and_learn_how_it_is_known(client, rota, bob):
    swap = cell(client, "Swap shifts in two taps", "Nurse")
    client.post("/p/ROTA/rate/cell/", {swap.name: "4", "basis": "guessed"})
    again = cell(client, "Swap shifts in two taps", "Nurse")

    client.post("/p/ROTA/rate/cell/", {again.name: "+4", "basis": "seen"})

    assert mine(bob) == [("Swap shifts in two taps", "Nurse", 4, "seen")]


def test_a_cell_changed_in_another_window_isnt_overwritten_unseen(client, rota, bob):
    swap = cell(client, "Swap shifts in two taps", "Nurse")
    client.post("/p/ROTA/rate/cell/", {swap.name: "4"})

    conflict = client.post("/p/ROTA/rate/cell/", {swap.name: "-2"})

    assert conflict.status_code == 409
    shown = conflict.context["cell"]
    assert (shown.shown, shown.value) == ("-2", 4)
    assert "Meanwhile you said +4, guessed" in shown.error
    assert mine(bob)[0][2] == 4
    assert client.post("/p/ROTA/rate/cell/", {shown.name: "-2"}).status_code == 200
    assert mine(bob)[0][2] == -2


@pytest.mark.parametrize(
    "name", ["c.1", "c.a.b.c.d", "x", "c.1.1.0.", "c.².1.0.", "c." + "9" * 30 + ".1.0."]
)
def test_a_cell_that_isnt_one_changes_nothing(client, rota, bob, name):
    assert client.post("/p/ROTA/rate/cell/", {name: "4"}).status_code in (400, 422)
    assert mine(bob) == []


def test_a_cell_of_another_products_persona_is_refused(client, rota, bob):
    other = cast.create_product(name="Other", owner=bob)
    theirs = other.personas.create(product=other, name="Theirs", kind="end_user")
    swap = cell(client, "Swap shifts in two taps", "Nurse")

    response = client.post("/p/ROTA/rate/cell/", {f"c.{swap.requirement_id}.{theirs.pk}.0.": "4"})

    assert response.status_code == 422
    assert mine(bob) == []


def test_disagreement_is_marked_from_three_points(client, rota, bob):
    swap = cell(client, "Swap shifts in two taps", "Nurse")
    client.post("/p/ROTA/rate/cell/", {swap.name: "2"})
    assert cell(client, "Swap shifts in two taps", "Nurse").is_split

    swap = cell(client, "Swap shifts in two taps", "Nurse")
    client.post("/p/ROTA/rate/cell/", {swap.name: "3"})
    assert not cell(client, "Swap shifts in two taps", "Nurse").is_split


def test_what_is_missing_counts_counted_personas_and_open_requirements(client, rota, alice):
    rota.personas.create(product=rota, name="Locum", kind="end_user", importance=0)
    rota.requirements.create(product=rota, title="Old", status="shipped")

    grid = client.get("/p/ROTA/rate/").context["grid"]

    assert (grid.answered, grid.asked, grid.missing) == (4, 6, 2)


def test_one_persona_at_a_time_shows_the_missing_first(client, rota, alice):
    nurse = rota.personas.get(name="Nurse")

    page = client.get(f"/p/ROTA/rate/?persona={nurse.pk}")

    assert page.context["one"][0].title == "Dark mode"


@pytest.mark.parametrize("query", ["page=²", "page=0", "page=99999", "persona=%00", "persona=x"])
def test_a_strange_address_is_no_error_of_ours(client, rota, alice, query):
    assert client.get(f"/p/ROTA/rate/?{query}").status_code == 200


def test_a_grid_of_fifty_rows_takes_as_many_queries_as_one_of_three(
    client, rota, alice, django_assert_max_num_queries
):
    for number in range(60):
        rota.requirements.create(product=rota, title=f"Requirement {number}")
    client.get("/p/ROTA/rate/")

    with django_assert_max_num_queries(20):
        page = client.get("/p/ROTA/rate/")

    assert len(page.context["grid"].rows) == 50
    assert page.context["grid"].has_more


def test_a_viewer_reads_and_doesnt_rate(client, rota):
    vera = cast.user("vera")
    cast.join(rota, vera, "viewer")
    client.force_login(vera)
    swap = cell(client, "Swap shifts in two taps", "Nurse")

    assert "Save the ratings" not in client.get("/p/ROTA/rate/").content.decode()
    assert client.post("/p/ROTA/rate/", {swap.name: "4"}).status_code == 403
    assert client.post("/p/ROTA/rate/cell/", {swap.name: "4"}).status_code == 403
    assert mine(vera) == []


def test_a_stranger_gets_404_and_anonymous_must_sign_in(client, rota):
    client.force_login(cast.user("mallory"))
    assert client.get("/p/ROTA/rate/").status_code == 404
    assert client.post("/p/ROTA/rate/cell/", {}).status_code == 404
    assert client.get("/p/ROTA/rate/scores/").status_code == 404

    client.logout()
    assert client.get("/p/ROTA/rate/").status_code == 302
