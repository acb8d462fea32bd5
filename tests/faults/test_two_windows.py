"""Two windows find nothing yet, and both save: the second is told what the first has said."""

import pytest
from django.db import OperationalError, connection

from personas import forms as persona_forms
from personas.models import AdoptionReading
from prioritisation.imports import services as importing
from prioritisation.imports.start_boxes import add_boxes
from prioritisation.models import Rating
from prioritisation.ratings import saving
from prioritisation.ratings.services import record_rating
from prioritisation.requirements import forms as requirement_forms
from tests.cast import join, signed_in, user
from tests.faults.scenes import in_thread


@pytest.fixture(autouse=True)
def bob(product):
    """Who has rated nothing."""
    bob = user("bob")
    join(product, bob, "maintainer")
    return bob


@pytest.fixture
def swap(product):
    return product.requirements.get(number=1)


@pytest.fixture
def nurse(product):
    return product.personas.get(name="Nurse")


def just_before(monkeypatch, module, name, act):
    """`act()` happens in the other window, and is committed, once before `module.name` runs."""
    write, done = getattr(module, name), []

    def wrapped(*args, **kwargs):
        if not done:
            done.append(in_thread(act))
            done[0].join(10)
        return write(*args, **kwargs)

    monkeypatch.setattr(module, name, wrapped)


@pytest.fixture
def other_window(product, bob, swap, nurse):
    """What its user says there: "seen −5, with a note"."""
    return lambda: record_rating(
        product=product, by=bob, requirement=swap, persona=nurse, value=-5, basis="seen",
        note="On ward 3",
    )  # fmt: skip


def said(bob):
    return list(Rating.objects.filter(rater=bob).values_list("value", "basis", "note"))


SEEN = [(-5, "seen", "On ward 3")]
TOLD = "Meanwhile you said −5, seen (“On ward 3”) in another window."


def test_a_cell_of_the_grid(monkeypatch, bob, swap, nurse, other_window):
    just_before(monkeypatch, saving, "record_ratings", other_window)
    at = f"{swap.pk}.{nurse.pk}"

    answer = signed_in(bob).post("/p/ROTA/rate/cells/", {f"c.{at}.0.": "3 g"})

    assert answer.status_code == 409
    assert answer.json()["errors"] == {at: TOLD}
    assert answer.json()["cells"][at] == [1, -5, "s", [5], "On ward 3"]
    assert said(bob) == SEEN
    # Whoever saves again, having seen it, replaces it; the note stays.
    again = signed_in(bob).post("/p/ROTA/rate/cells/", {f"c.{at}.1.": "3 g"})
    assert (again.status_code, said(bob)) == (200, [(3, "guessed", "On ward 3")])


def test_nothing_of_a_block_with_such_a_cell_is_saved(monkeypatch, bob, swap, nurse, other_window):
    just_before(monkeypatch, saving, "record_ratings", other_window)
    dark = swap.product.requirements.get(number=3)
    cells = {f"c.{one.pk}.{nurse.pk}.0.": "3" for one in (swap, dark)}

    answer = signed_in(bob).post("/p/ROTA/rate/cells/", cells)

    assert (answer.status_code, said(bob)) == (409, SEEN)


def test_a_rating_withdrawn_and_given_anew_is_another_one(bob, swap, nurse, other_window):
    """Its version is the first again; what it says isn't what the cell showed."""
    at = f"{swap.pk}.{nurse.pk}"
    signed_in(bob).post("/p/ROTA/rate/cells/", {f"c.{at}.0.": "4 g"})
    Rating.objects.filter(rater=bob).delete()
    other_window()

    answer = signed_in(bob).post("/p/ROTA/rate/cells/", {f"c.{at}.1.4": "3 g"})

    assert (answer.status_code, said(bob)) == (409, SEEN)


def test_one_persona_at_a_time(monkeypatch, bob, swap, nurse, other_window):
    just_before(monkeypatch, saving, "record_ratings", other_window)
    at = f"{swap.pk}.{nurse.pk}"

    answer = signed_in(bob).post(f"/p/ROTA/rate/?persona={nurse.pk}", {f"c.{at}.0.": "3"})

    page = answer.content.decode()
    assert (answer.status_code, said(bob)) == (409, SEEN)
    assert TOLD in page
    assert f'name="c.{at}.1.-5" value="3"' in page


def test_a_cell_in_which_both_windows_say_the_same(monkeypatch, bob, swap, nurse, other_window):
    just_before(monkeypatch, saving, "record_ratings", other_window)

    answer = signed_in(bob).post("/p/ROTA/rate/cells/", {f"c.{swap.pk}.{nurse.pk}.0.": "-5 s"})

    assert (answer.status_code, said(bob)) == (200, SEEN)


@pytest.mark.parametrize("is_first", [True, False])
def test_the_rating_of_a_requirements_page(monkeypatch, bob, nurse, other_window, is_first):
    if is_first:
        just_before(monkeypatch, requirement_forms, "record_ratings", other_window)
    else:
        other_window()
    path = "/p/ROTA/requirements/1/rate/"
    typed = {"persona": nurse.pk, "value": "3", "basis": "asked", "note": "By telephone"}

    answer = signed_in(bob).post(path, typed)

    page = answer.content.decode()
    assert (answer.status_code, said(bob)) == (409 if is_first else 422, SEEN)
    for mine_or_theirs in ("By telephone", "On ward 3", "−5", "+3", 'name="choose-note"'):
        assert mine_or_theirs in page
    assert 'name="version" value="1"' in page
    chosen = typed | {"version": "1", "choose-note": "theirs"}
    assert signed_in(bob).post(path, chosen).status_code == 302
    assert said(bob) == [(3, "asked", "On ward 3")]


def test_a_rating_that_both_windows_gave_alike_is_saved(monkeypatch, bob, nurse, other_window):
    typed = {"persona": nurse.pk, "value": "-5", "basis": "seen", "note": "On ward 3"}
    just_before(monkeypatch, requirement_forms, "record_ratings", other_window)

    for _ in range(2):  # the second finds it before it writes
        answer = signed_in(bob).post("/p/ROTA/requirements/1/rate/", typed)
        assert (answer.status_code, said(bob)) == (302, SEEN)


def test_the_first_rating_of_an_import(monkeypatch, bob, swap, other_window):
    just_before(monkeypatch, importing, "record_ratings", other_window)
    sheet = {"text": f"title,rating:Nurse\nNew,1\n{swap.title},3", "basis": "guessed"}

    answer = signed_in(bob).post("/p/ROTA/import/", sheet)

    assert (answer.status_code, said(bob)) == (422, SEEN)
    assert "you have just answered this in another window" in answer.content.decode()
    assert "Row 3" in answer.content.decode()
    assert not swap.product.requirements.filter(title="New").exists()


def record(client, nurse, **given):
    reading = {"installed": "500", "active": "200", "worked_around": "60", "note": "", "source": ""}
    path = f"/p/ROTA/personas/{nurse.pk}/readings/"
    return client.post(path, reading | {"observed_on": "2026-11-01", "seen": ""} | given)


def readings():
    return list(AdoptionReading.objects.values_list("active", "note"))


@pytest.mark.parametrize("meanwhile", [True, False])
def test_a_reading_of_one_day(monkeypatch, bob, nurse, meanwhile):
    def act():
        record(signed_in(bob), nurse, active="90", note="Counted on the ward")

    if meanwhile:
        just_before(monkeypatch, persona_forms, "record_reading", act)
    else:
        act()

    answer = record(signed_in(bob), nurse, note="From the log")

    page = answer.content.decode()
    assert (answer.status_code, readings()) == (409, [(90, "Counted on the ward")])
    for mine_or_theirs in ("From the log", "Counted on the ward", "200", 'name="choose-active"'):
        assert mine_or_theirs in page
    stored = AdoptionReading.objects.get()
    assert f'name="seen" value="{stored.pk}.1"' in page
    chosen = {"seen": f"{stored.pk}.1", "choose-active": "theirs", "note": "From the log"}
    assert record(signed_in(bob), nurse, **chosen).status_code == 302
    assert readings() == [(90, "From the log")]


def test_lines_of_the_start_page_are_added_one_window_at_a_time(monkeypatch, product, bob):
    """Else both find that a title isn't there, and it is there twice."""
    from prioritisation.imports import start_boxes

    waited = []

    def act():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        try:
            add_boxes(product=product, by=bob, titles=["Night shifts"])
        except OperationalError as error:
            waited.append(error)

    just_before(monkeypatch, start_boxes, "add_requirements", act)
    signed_in(bob).post("/p/ROTA/start/add/", {"titles": "Night shifts"})

    assert len(waited) == 1
    assert product.requirements.filter(title="Night shifts").count() == 1
