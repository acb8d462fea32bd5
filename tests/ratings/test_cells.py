"""Saving cells in the background, and what a page is told about the changes of others."""

import re
import threading

import pytest
from django.db import connection, transaction
from django.test import Client

from prioritisation.models import Rating
from prioritisation.pipeline.rescoring import rescore
from prioritisation.ratings.services import record_rating
from tests import cast
from tests.faults.scenes import before_statement, begin

CELLS, CHANGES = "/p/ROTA/rate/cells/", "/p/ROTA/rate/changes/"


@pytest.fixture
def rota(db):
    return cast.rota(cast.user("alice"))


@pytest.fixture
def bob(client, rota):
    """Bob contributes, has rated nothing, and is signed in."""
    bob = cast.user("bob")
    cast.join(rota, bob, "contributor")
    client.force_login(bob)
    return bob


@pytest.fixture
def at(rota):
    """`at("Dark mode", "Nurse")`: the cell's place, as the page names it."""

    def place(title, persona):
        requirement = rota.requirements.get(title=title)
        return f"{requirement.pk}.{rota.personas.get(name=persona).pk}"

    return place


def given(user):
    rows = Rating.objects.filter(rater=user).order_by("requirement", "persona")
    return [(r.requirement.title, r.persona.name, r.value, r.basis) for r in rows]


def test_one_request_saves_many_cells_each_with_its_basis(client, rota, bob, at):
    swap, dark = at("Swap shifts in two taps", "Nurse"), at("Dark mode", "Hospital")
    cells = {f"c.{swap}.0.": "4", f"c.{dark}.0.": "−3 S", "basis": "asked"}

    response = client.post(CELLS, cells)

    assert response.status_code == 200
    assert response["Userward-Change"]
    assert given(bob) == [
        ("Swap shifts in two taps", "Nurse", 4, "asked"),
        ("Dark mode", "Hospital", -3, "seen"),
    ]
    found = response.json()
    assert found["cells"][swap] == [1, 4, "a", [5], ""]
    assert found["cells"][dark] == [1, -3, "s", [], ""]
    assert (found["answered"], found["missing"]) == (5, 1)


def test_a_withdrawn_rating_comes_back_with_its_note(client, rota, bob, at):
    swap = at("Swap shifts in two taps", "Nurse")
    client.post(CELLS, {f"c.{swap}.0.": "4g", f"n.{swap}": "Said so twice"})
    client.post(CELLS, {f"c.{swap}.1.": "3g"})
    assert Rating.objects.get(rater=bob).note == "Said so twice"

    gone = client.post(CELLS, {f"c.{swap}.2.": ""})
    assert gone.json()["cells"][swap] == [0, None, "", [5], ""]
    client.post(CELLS, {f"c.{swap}.0.": "3g", f"n.{swap}": "Said so twice"})

    assert Rating.objects.get(rater=bob).note == "Said so twice"


@pytest.mark.parametrize("text", ["6", "-5.5", "x", "s", "4x", "4 sa", "1e999999999", "4\0s"])
def test_nothing_of_a_block_with_a_bad_cell_is_saved_and_the_cell_is_named(
    client, rota, bob, at, text
):
    swap, dark = at("Swap shifts in two taps", "Nurse"), at("Dark mode", "Nurse")

    response = client.post(CELLS, {f"c.{swap}.0.": "3", f"c.{dark}.0.": text})

    assert response.status_code == 422
    assert list(response.json()["errors"]) == [dark]
    assert given(bob) == []


def test_a_note_that_is_too_long_is_refused(client, rota, bob, at):
    swap = at("Swap shifts in two taps", "Nurse")

    response = client.post(CELLS, {f"c.{swap}.0.": "3", f"n.{swap}": "x" * 1001})

    assert response.status_code == 422
    assert given(bob) == []


def test_what_another_window_saved_isnt_overwritten_unseen(client, rota, bob, at):
    swap, dark = at("Swap shifts in two taps", "Nurse"), at("Dark mode", "Nurse")
    client.post(CELLS, {f"c.{swap}.0.": "4"})

    conflict = client.post(CELLS, {f"c.{swap}.0.": "-2", f"c.{dark}.0.": "1"})

    assert conflict.status_code == 409
    assert conflict.json()["errors"] == {swap: "Meanwhile you said +4, guessed in another window."}
    assert conflict.json()["cells"][swap][:2] == [1, 4]
    assert given(bob) == [("Swap shifts in two taps", "Nurse", 4, "guessed")]
    assert client.post(CELLS, {f"c.{swap}.1.": "-2"}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_windows_that_save_one_cell_at_once_the_later_is_told(client, rota, bob, at):
    """Both look and find version 1; one writes; the other would write over it, unseen."""
    swap = at("Swap shifts in two taps", "Nurse")
    client.post(CELLS, {f"c.{swap}.0.": "4"})
    other, answers = cast.signed_in(bob), []

    def save_in_the_other_window():
        answers.append(other.post(CELLS, {f"c.{swap}.1.": "-2"}))

    started = []
    with before_statement(
        "INSERT INTO prioritisation_rating",
        lambda: started.append(begin(save_in_the_other_window)),
    ):
        answers.append(client.post(CELLS, {f"c.{swap}.1.": "3"}))
    started[0].join(10)

    assert [answer.status_code for answer in answers] == [200, 409]
    assert given(bob) == [("Swap shifts in two taps", "Nurse", 3, "guessed")]
    rescore(rota.pk)


def test_a_save_whose_answer_was_lost_can_be_sent_again(client, rota, bob, at):
    swap = at("Swap shifts in two taps", "Nurse")
    for text in ("4s", ""):
        version = 1 if Rating.objects.filter(rater=bob).exists() else 0
        assert client.post(CELLS, {f"c.{swap}.{version}.": text}).status_code == 200
        assert client.post(CELLS, {f"c.{swap}.{version}.": text}).status_code == 200
    assert given(bob) == []


def test_a_cell_that_is_sent_twice_counts_as_it_is_named_last(client, rota, bob, at):
    swap = at("Swap shifts in two taps", "Nurse")

    client.post(CELLS, {f"c.{swap}.0.": "4", f"c.{swap}.0.3": "2"})

    assert given(bob) == [("Swap shifts in two taps", "Nurse", 2, "guessed")]


@pytest.mark.parametrize(
    "name", ["c.1", "c.a.b.c.d", "x", "c.1.1.0.", "c.².1.0.", "c." + "9" * 30 + ".1.0."]
)
def test_a_cell_that_isnt_one_changes_nothing(client, rota, bob, name):
    assert client.post(CELLS, {name: "4"}).status_code in (400, 422)
    assert given(bob) == []


def test_a_cell_of_another_products_persona_is_refused(client, rota, bob, at):
    other = cast.create_product(name="Other", owner=bob)
    theirs = other.personas.create(product=other, name="Theirs", kind="end_user")
    requirement = at("Dark mode", "Nurse").partition(".")[0]

    response = client.post(CELLS, {f"c.{requirement}.{theirs.pk}.0.": "4"})

    assert response.status_code == 422
    assert given(bob) == []


def asked(client, page):
    return client.get(CHANGES, {"have": page["have"], "seen": page["seen"]})


def drawn(client):
    grid = client.get("/p/ROTA/rate/").context["grid"]
    return {"have": grid.standing.validator, "seen": grid.seen}


@pytest.mark.django_db(transaction=True)
def test_a_page_is_told_only_what_changed(client, rota, bob, at):
    alice = rota.memberships.get(role=4).user
    sso, nurse = rota.requirements.get(number=2), rota.personas.get(name="Nurse")
    rescore(rota.pk)
    page = drawn(client)
    assert asked(client, page).status_code == 204

    record_rating(product=rota, by=alice, requirement=sso, persona=nurse, value=-5)
    news = asked(client, page).json()

    # Alice's hospital rating stands in the row beside it; no other row comes.
    assert set(news["cells"]) == {at("Single sign-on", who) for who in ("Nurse", "Hospital")}
    assert news["cells"][at("Single sign-on", "Nurse")] == [0, None, "", [-5], ""]
    assert (news["stale"], news["scores"]) == (True, {})
    assert asked(client, news).status_code == 204

    rescore(rota.pk)
    scored = asked(client, news).json()
    # −5, guessed, of a nurse with .85 of the say; the hospital's gain of .15, of which 35 % count:
    # 100 · .85 · .5 · −1 = −42.5, and 15 · reach, .5 + .25 · (.5 · −.5) = .4375: 6.5625.
    assert scored["scores"] == {str(sso.pk): "−35.9"}
    assert (scored["stale"], scored["cells"]) == (False, {})

    Rating.objects.filter(requirement=sso, persona=nurse).delete()
    gone = asked(client, scored).json()
    assert gone["cells"][at("Single sign-on", "Nurse")] == [0, None, "", [], ""]


def test_a_page_is_told_of_new_columns_and_rows(client, rota, bob):
    page = drawn(client)
    rota.requirements.create(product=rota, title="New")
    locum = rota.personas.create(product=rota, name="Locum", kind="end_user")

    news = asked(client, page).json()

    assert news["requirements"] == 4
    assert news["personas"][-1] == locum.pk


@pytest.mark.parametrize(
    "seen", ["", "x", "5:3:", "1:2:9", "1:99999999999999999999:", "1:2:,", "²"]
)
def test_a_moment_that_isnt_one_is_refused(client, rota, bob, seen):
    rescore(rota.pk)
    assert client.get(CHANGES, {"have": "0.0.0", "seen": seen}).status_code == 400
    assert client.get(CHANGES, {"have": "", "seen": "1:1:"}).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_a_change_that_began_before_the_page_and_ended_after_it_arrives(client, rota, bob, at):
    """Ids and times are given before COMMIT: a page that asked "later than…" would never see it."""
    alice = rota.memberships.get(role=4).user
    dark, nurse = rota.requirements.get(number=3), rota.personas.get(name="Nurse")
    written, drawn_by_bob = threading.Event(), threading.Event()

    def slowly():
        with transaction.atomic():
            record_rating(product=rota, by=alice, requirement=dark, persona=nurse, value=4)
            written.set()
            drawn_by_bob.wait(10)
        connection.close()

    writer = threading.Thread(target=slowly)
    writer.start()
    written.wait(10)
    # A later transaction is committed first.
    record_rating(product=rota, by=bob, requirement=dark, persona=nurse, value=1)
    other = Client()
    other.force_login(bob)
    page = drawn(other)
    drawn_by_bob.set()
    writer.join()
    rescore(rota.pk)

    assert asked(client, page).json()["cells"][at("Dark mode", "Nurse")] == [1, 1, "g", [4], ""]


@pytest.mark.django_db(transaction=True)
def test_a_poll_tells_of_one_moment_and_the_next_of_what_came_while_it_read(client, rota, bob, at):
    alice = rota.memberships.get(role=4).user
    nurse = rota.personas.get(name="Nurse")
    _swap, sso, dark = rota.requirements.order_by("number")

    def rate(requirement):
        record_rating(product=rota, by=alice, requirement=requirement, persona=nurse, value=-4)

    page = drawn(client)
    rate(sso)
    with before_statement("unnest(cause_change_ids)", lambda: begin(lambda: rate(dark)).join()):
        first = asked(client, page).json()
    second = asked(client, first).json()

    assert at("Single sign-on", "Nurse") in first["cells"]
    assert (at("Dark mode", "Nurse") in first["cells"], first["answered"]) == (False, 4)
    assert second["cells"][at("Dark mode", "Nurse")][3] == [-4]
    assert second["answered"] == 5
    rescore(rota.pk)


def test_after_a_change_of_too_many_rows_only_that_is_told(client, rota, bob, monkeypatch):
    rescore(rota.pk)
    page = client.get("/p/ROTA/rate/").content.decode()
    seen = re.search(r'data-seen="([^"]*)"', page)[1]
    monkeypatch.setattr("prioritisation.ratings.views.MAX_CHANGED_ROWS", 2)
    asked = {"have": "0.0.0", "seen": seen}

    first, second = rota.requirements.filter(ratings__isnull=False).distinct()[:2]
    for requirement in (first, second):
        requirement.ratings.update(value=1)
    assert set(client.get(CHANGES, asked).json()) > {"cells", "seen"}

    dark, nurse = rota.requirements.get(title="Dark mode"), rota.personas.get(name="Nurse")
    Rating.objects.create(product=rota, requirement=dark, persona=nurse, value=1, basis="seen",
                          rater=bob)  # fmt: skip
    assert client.get(CHANGES, asked).json() == {"too_many": True}
