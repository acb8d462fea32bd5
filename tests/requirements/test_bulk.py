"""Several requirements edited at once: all of them or none, by maintainers."""

import pytest
from django.test import Client

from prioritisation.models import Rating
from prioritisation.pipeline.rescoring import rescore
from products.models import Requirement
from products.services import create_product
from products.versions import StaleVersion, save_if_current
from tests import cast
from tests.cast import signed_in
from tests.faults.scenes import before_statement, begin
from tests.requirements.pages import text

pytestmark = pytest.mark.django_db

BULK = "/p/ROTA/bulk/"


def rows(*numbers):
    """As the boxes of these requirements post them."""
    found = Requirement.objects.filter(product__key="ROTA", number__in=numbers)
    return [f"{row.number}.{row.version}" for row in found]


def edit(client, numbers, what, **fields):
    return client.post(BULK, {"row": rows(*numbers), "what": what, **fields})


def column(name):
    return list(Requirement.objects.order_by("number").values_list(name, flat=True))


@pytest.mark.parametrize(
    ("what", "fields", "changed", "expected"),
    [
        ("status", {"status": "planned"}, "status", ["planned", "idea", "planned"]),
        ("effort", {"effort": "2.5"}, "effort", [2.5, 5, 2.5]),
        ("tag", {"add": " ward, ,ward"}, "tags", [["ward"], [], ["ward"]]),
        ("must_do", {"must_reason": "law"}, "must_reason", ["law", "", "law"]),
    ],
)
def test_what_is_said_is_done_to_the_selected_and_no_others(
    rota, client, alice, what, fields, changed, expected
):
    answer = edit(client, [1, 3], what, **fields)

    assert answer.headers["Location"] == "/p/ROTA/"
    assert column(changed) == expected
    assert "of 2 requirements saved" in text(client.get("/p/ROTA/"))
    assert Requirement.objects.get(number=1).events.last().updated_by == alice


def test_the_same_numbers_of_another_product_stay_as_they_are(rota, client):
    other = create_product(name="Larder", owner=cast.user("bob"))
    theirs = Requirement.objects.create(product=other, title="Theirs")
    assert theirs.number == 1

    edit(client, [1], "status", status="planned")

    theirs.refresh_from_db()
    assert theirs.status == "idea"
    assert rota.requirements.get(number=1).status == "planned"


def test_a_tag_is_taken_away_and_the_others_stay(rota, client):
    Requirement.objects.filter(number=1).update(tags=["a", "b"])
    Requirement.objects.filter(number=2).update(tags=["b"])

    assert 'value="b"' in client.get(BULK, {"row": rows(1, 2), "what": "tag"}).content.decode()
    edit(client, [1, 2], "tag", remove=["b"], add="c")

    assert column("tags") == [["a", "c"], ["c"], []]


def test_a_decision_made_before_stays_where_none_is_given(rota, client):
    Requirement.objects.filter(number=1).update(decision="Asked for by ward 3")

    edit(client, [1, 2], "status", status="planned")

    assert column("decision") == ["Asked for by ward 3", "", ""]


def test_where_rows_differ_nothing_is_chosen_for_them(rota, client):
    Requirement.objects.filter(number=1).update(status="planned")

    page = client.get(BULK, {"row": rows(1, 2), "what": "status"}).content.decode()
    refused = edit(client, [1, 2], "status", status="choose")

    assert '<option value="choose">Choose</option>' in page
    assert (refused.status_code, column("status")) == (422, ["planned", "idea", "idea"])


def test_if_one_changed_meanwhile_none_is_edited_and_the_page_names_it(rota, client, bob):
    seen = rows(1, 2)
    changes = {"title": "Sign on once", "effort": 6, "status": "in_progress"}
    Requirement.objects.filter(number=2).update(updated_by=bob, **changes)

    answer = client.post(BULK, {"row": seen, "what": "effort", "effort": "7"})

    assert (answer.status_code, column("effort")) == (409, [8, 6, None])
    words = text(answer)
    assert "Nothing is saved yet: 1 changed while you were choosing" in words
    assert "title “Single sign-on” → “Sign on once”" in words
    assert "status “Idea” → “In progress”" in words
    assert "effort “5” → “6”, by bob at" in words
    page = answer.content.decode()
    assert 'name="effort" value="7"' in page
    # Saved again, it is for the row as it is now; unticked, that row is left out.
    again = {"row": rows(1, 2), "what": "effort", "effort": "7"}
    assert all(f'value="{row}"' in page for row in again["row"])
    assert client.post(BULK, again | {"row": rows(1)}).status_code == 302
    assert column("effort") == [7, 6, None]


@pytest.mark.django_db(transaction=True)
def test_who_saves_one_while_several_are_edited_is_told_and_undoes_nothing(rota, client):
    """We look and find it unchanged; they save it; we write: theirs would be gone, unseen."""
    told, theirs, sso = [], [], Requirement.objects.get(number=2)

    def save_theirs():
        sso.effort = 6
        try:
            told.append(save_if_current(sso, version=1, fields=["effort"]))
        except StaleVersion as stale:
            told.append(stale.current.effort)

    with before_statement(
        'UPDATE "products_requirement"', lambda: theirs.append(begin(save_theirs))
    ):
        answer = edit(client, [1, 2], "effort", effort="7")
    theirs[0].join(10)

    assert (answer.status_code, column("effort"), told) == (302, [7, 7, None], [7])
    rescore(rota.pk)


def test_planning_what_harms_somebody_takes_a_line_of_reason(rota, client, alice):
    nurse = rota.personas.get(name="Nurse")
    Rating.objects.filter(requirement__number=2, persona=nurse).update(value=-4)
    rescore(rota.pk)

    refused = edit(client, [1, 2], "status", status="planned")

    assert (refused.status_code, column("status")) == (422, ["idea"] * 3)
    assert "ROTA-2 harms Nurse. Say in a line why" in text(refused)
    assert 'id="bulk_decision_error"' in refused.content.decode()
    edit(client, [1, 2], "status", status="planned", decision="The law")
    assert column("status") == ["planned", "planned", "idea"]
    assert column("decision") == ["The law", "The law", ""]
    # Once decided, it is not asked again.
    assert edit(client, [1, 2], "status", status="in_progress").status_code == 302


@pytest.mark.parametrize(
    ("what", "field", "value", "error"),
    [
        ("status", "status", "maybe", "Select a valid choice"),
        ("status", "decision", "a\x00b", "Null characters"),
        ("effort", "effort", "0", "greater than or equal to 0.01"),
        ("effort", "effort", "nan", "Enter a number"),
        ("effort", "effort", "", "required"),
        ("tag", "add", "", "Say which tag"),
        ("tag", "add", "x" * 41, "at most 40 characters"),
        ("tag", "add", ",".join(map(str, range(21))), "At most 20 tags"),
        ("must_do", "must_reason", "fun", "Select a valid choice"),
        ("must_do", "must_by", "soon", "valid date"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_changes_nothing(
    rota, client, what, field, value, error
):
    before = column("version")

    answer = edit(client, [1, 2], what, **{"status": "idea", field: value})

    assert answer.status_code == 422
    assert error in text(answer)
    assert f'id="bulk_{field}_error"' in answer.content.decode()
    assert column("version") == before


@pytest.mark.parametrize("row", [[], ["1"], ["x.y"], ["99.1"], ["1.1\x00"], ["9" * 30 + ".1"]])
def test_without_a_selection_it_says_so(rota, client, row):
    assert client.post(BULK, {"row": row, "what": "effort", "effort": "1"}).status_code == 422
    assert "Nothing is selected" in text(client.get(BULK, {"row": row, "what": "nonsense"}))


def test_more_than_may_be_edited_at_once_are_not_edited_in_part(rota, client):
    before = column("status")
    row = [*rows(1, 2, 3), *(f"{number}.1" for number in range(4, 502))]

    answer = client.post(BULK, {"row": row, "what": "status", "status": "declined"})

    assert answer.status_code == 422
    assert "More than 500 are selected" in text(answer)
    assert column("status") == before
    client.post(BULK, {"row": row[:500], "what": "status", "status": "declined"})
    assert column("status") == ["declined"] * 3


def test_rows_of_another_product_are_not_touched(rota, client, alice):
    other = cast.create_product(name="Other", owner=cast.user("olga"))
    theirs = Requirement.objects.create(product=other, title="Theirs", number=9)

    answer = client.post(BULK, {"row": ["9.1"], "what": "effort", "effort": "1"})

    theirs.refresh_from_db()
    assert (answer.status_code, theirs.effort) == (422, None)


def test_only_maintainers_edit_several(rota, bob):
    vera = cast.user("vera")
    cast.join(rota, vera, "viewer")

    for who in (bob, vera):
        assert edit(signed_in(who), [1], "effort", effort="1").status_code == 403
        assert "c-sel" not in signed_in(who).get("/p/ROTA/").content.decode()
    assert edit(signed_in(cast.user("charlie")), [1], "effort", effort="1").status_code == 404
    assert edit(Client(), [1], "effort", effort="1").headers["Location"].startswith("/sign-in/")
    assert column("effort") == [8, 5, None]
