"""Adding, editing, deciding and deleting a requirement."""

import pytest

from prioritisation.models import Rating
from prioritisation.pipeline.rescoring import rescore
from products.models import Requirement
from tests.cast import signed_in
from tests.requirements.pages import text

pytestmark = pytest.mark.django_db

SWAP = "/p/ROTA/requirements/1/"
WORDS = {"title": "Swap shifts", "status": "idea", "effort": "8"}


def test_a_new_requirement_needs_only_a_title(rota, bob):
    answer = signed_in(bob).post("/p/ROTA/requirements/new/", {"title": "Print", "status": "idea"})

    assert answer.headers["Location"] == "/p/ROTA/requirements/4/"
    made = Requirement.objects.get(number=4)
    assert (made.title, made.created_by, made.status) == ("Print", bob, "idea")


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("title", "", "required"),
        ("title", "x" * 1_000_000, "at most 200 characters"),
        ("title", "a\x00b", "Null characters"),
        ("effort", "0", "At least 0.01"),
        ("effort", "inf", "Enter a number"),
        ("effort", "nan", "Enter a number"),
        ("effort", "1000001", "At most 1,000,000"),
        ("status", "maybe", "Select a valid choice"),
        ("external_url", "javascript:alert(1)", "valid URL"),
        ("tags", "a\x00b", "Null characters"),
        ("tags", "x" * 41, "at most 40 characters"),
        ("must_by", "yesterday", "valid date"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_changes_nothing(
    rota, client, swap, field, value, error
):
    answer = client.post(f"{SWAP}edit/", WORDS | {"version": swap.version, field: value})

    assert answer.status_code == 422
    assert error in text(answer)
    assert f'id="id_{field}_error"' in answer.content.decode()
    before = swap.version
    swap.refresh_from_db()
    assert swap.version == before


def test_an_external_id_is_given_once(rota, client, swap):
    Requirement.objects.filter(number=2).update(external_id="X-1")

    answer = client.post(f"{SWAP}edit/", WORDS | {"version": swap.version, "external_id": "X-1"})

    assert answer.status_code == 422
    assert "Another requirement has this id." in text(answer)


def test_tags_are_words_apart_by_commas(rota, client, swap):
    client.post(f"{SWAP}edit/", WORDS | {"version": swap.version, "tags": " shifts, ward ,,shifts"})

    swap.refresh_from_db()
    assert swap.tags == ["shifts", "ward"]
    assert 'value="shifts, ward"' in client.get(f"{SWAP}edit/").content.decode()


def test_of_two_who_edit_the_later_sees_both_and_chooses(rota, client, swap):
    opened = swap.version
    first = client.post(f"{SWAP}edit/", WORDS | {"version": opened, "effort": "3", "tags": "ward"})
    second = client.post(
        f"{SWAP}edit/",
        WORDS | {"version": opened, "title": "Swap in one tap", "effort": "13", "tags": ""},
    )

    assert (first.status_code, second.status_code) == (302, 409)
    words = text(second)
    assert "Alice Ames saved while you were typing" in words
    assert "Tags empty ward" in words
    assert 'value="Swap in one tap"' in second.content.decode()
    swap.refresh_from_db()
    assert (swap.title, swap.effort) == ("Swap shifts", 3)
    chosen = client.post(
        f"{SWAP}edit/",
        WORDS
        | {"version": swap.version, "title": "Swap in one tap", "effort": "13"}
        | {"choose-title": "yours", "choose-effort": "theirs"},
    )
    swap.refresh_from_db()
    assert (chosen.status_code, swap.title, swap.effort) == (302, "Swap in one tap", 3)
    # Or all of theirs at once, whatever is chosen and typed.
    theirs = {"version": opened, "title": "Mine", "choose-title": "yours", "choose-all": "theirs"}
    assert client.post(f"{SWAP}edit/", WORDS | theirs).status_code == 302
    swap.refresh_from_db()
    assert (swap.title, swap.effort) == ("Swap in one tap", 3)


def test_must_do_is_for_maintainers(rota, bob, client):
    rest = {"title": "Rest hours", "status": "idea", "must_reason": "law"}
    signed_in(bob).post("/p/ROTA/requirements/new/", rest)
    made = Requirement.objects.get(title="Rest hours")
    assert made.must_reason == ""
    assert "must_reason" not in signed_in(bob).get("/p/ROTA/requirements/4/edit/").content.decode()

    set_by = rest | {"version": made.version, "must_by": "2027-01-01"}
    client.post("/p/ROTA/requirements/4/edit/", set_by)

    made.refresh_from_db()
    assert made.must_reason == "law"


def test_a_contributor_edits_only_what_they_wrote(rota, bob, swap):
    foreign = signed_in(bob).post(f"{SWAP}edit/", WORDS | {"version": swap.version})

    assert foreign.status_code == 403
    assert "Edit</a>" not in signed_in(bob).get(SWAP).content.decode()


def test_planning_what_harms_somebody_asks_for_a_line_of_reason(rota, client, swap):
    Rating.objects.filter(requirement=swap, persona__name="Nurse").update(value=-4)
    rescore(rota.pk)
    swap.refresh_from_db()
    planned = {"version": swap.version, "status": "planned", "decision": " "}

    refused = client.post(f"{SWAP}decide/", planned)
    edited = client.post(f"{SWAP}edit/", WORDS | planned)
    allowed = client.post(f"{SWAP}decide/", planned | {"decision": "The union asked for it."})

    assert (refused.status_code, edited.status_code, allowed.status_code) == (422, 422, 302)
    assert "It harms Nurse. Say in a line why it is planned all the same." in text(refused)
    swap.refresh_from_db()
    assert (swap.status, swap.decision) == ("planned", "The union asked for it.")


def test_what_harms_nobody_is_planned_without_a_reason(rota, client, swap):
    answer = client.post(f"{SWAP}decide/", {"version": swap.version, "status": "planned",
                                            "decision": ""})  # fmt: skip

    assert answer.status_code == 302


def test_a_decision_does_not_overwrite_a_newer_one(rota, client, swap):
    opened = swap.version
    Requirement.objects.filter(pk=swap.pk).update(status="declined", decision="Too dear")

    answer = client.post(f"{SWAP}decide/", {"version": opened, "status": "planned",
                                            "decision": "Promised"})  # fmt: skip

    assert answer.status_code == 409
    assert "Too dear" in text(answer)
    assert "Promised" in answer.content.decode()


def test_deleting_asks_first(rota, client, swap):
    asked = client.get(f"{SWAP}delete/")
    done = client.post(f"{SWAP}delete/")

    assert "2 ratings with it" in text(asked)
    assert done.headers["Location"] == "/p/ROTA/"
    assert not Requirement.objects.filter(pk=swap.pk).exists()
    rescore(rota.pk)
