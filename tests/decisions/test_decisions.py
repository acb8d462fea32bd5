"""What is planned although it harms somebody needs a reason, by whichever door."""

import pytest

from prioritisation.imports.services import import_ratings
from prioritisation.imports.sheet import SheetError
from prioritisation.models import Rating
from products.models import Requirement
from tests import cast

pytestmark = pytest.mark.django_db
REASON = "The law asks for it"


@pytest.fixture
def alice():
    return cast.user("alice", is_staff=True, is_superuser=True)


@pytest.fixture
def harmful(alice):
    """Rated −3 by the nurse, and never scored."""
    product = cast.rota(alice)
    Rating.objects.filter(requirement__number=1, persona__name="Nurse").update(value=-3)
    return product.requirements.get(number=1)


@pytest.fixture
def client(client, alice, harmful):
    client.force_login(alice)
    return client


def row(requirement):
    return Requirement.objects.get(pk=requirement.pk)


def by_decision(client, one, status, reason):
    given = {"version": row(one).version, "status": status, "decision": reason}
    return client.post("/p/ROTA/requirements/1/decide/", given)


def by_form(client, one, status, reason):
    form = client.get("/p/ROTA/requirements/1/edit/").context["form"]
    shown = {field.html_name: field.value() or "" for field in form}
    given = shown | {"status": status, "decision": reason}
    return client.post("/p/ROTA/requirements/1/edit/", given)


def by_bulk(client, one, status, reason):
    given = {"row": [f"1.{row(one).version}"], "what": "status"}
    return client.post("/p/ROTA/bulk/", given | {"status": status, "decision": reason})


def by_patch(client, one, status, reason):
    return client.patch(
        f"/api/v1/requirements/{one.pk}/",
        {"status": status, **({"decision": reason} if reason else {})},
        "application/json",
        headers={"If-Match": f'"{row(one).version}"'},
    )


def by_put(client, one, status, reason):
    return client.put(
        f"/api/v1/requirements/{one.pk}/",
        {"title": "Swap", "status": status, "decision": reason},
        "application/json",
        headers={"If-Match": f'"{row(one).version}"'},
    )


def by_admin(client, one, status, reason):
    path = f"/admin/products/requirement/{one.pk}/change/"
    form = client.get(path).context["adminform"].form
    shown = {field.html_name: field.value() or "" for field in form}
    return client.post(path, shown | {"status": status, "decision": reason})


def by_import(client, one, status, reason):
    text = f"title,status,decision\n{row(one).title},{status},{reason}"
    return client.post("/p/ROTA/import/", {"text": text, "basis": "seen"})


DOORS = [by_decision, by_form, by_bulk, by_patch, by_put, by_admin, by_import]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
@pytest.mark.parametrize("status", ["planned", "in_progress"])
def test_each_door_asks_for_a_reason(client, harmful, door, status):
    refused = door(client, harmful, status, "")

    text = refused.content.decode()
    assert "harms Nurse. Say in a line why it is planned all the same." in text
    assert row(harmful).status == "idea"

    allowed = door(client, harmful, status, REASON)
    assert allowed.status_code in (200, 302)
    assert (row(harmful).status, row(harmful).decision) == (status, REASON)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_what_harms_nobody_who_counts_needs_none(client, harmful, door):
    harmful.product.personas.filter(name="Nurse").update(importance=0)

    assert door(client, harmful, "planned", "").status_code in (200, 302)
    assert row(harmful).status == "planned"


@pytest.mark.parametrize(
    ("others", "harms"),
    [
        ([(-2, "seen")], False),  # the mean is −2.5
        ([(-3, "seen")], True),
        ([(5, "guessed")], True),  # a guess beside what was seen isn't counted
        ([(0, "asked")], False),  # (−3 · 1 + 0 · .8) / 1.8 = −1.67
    ],
)
def test_it_is_the_mean_of_a_persona_that_counts(client, harmful, others, harms):
    nurse = harmful.product.personas.get(name="Nurse")
    for value, basis in others:
        Rating.objects.create(
            product=harmful.product, requirement=harmful, persona=nurse, value=value, basis=basis,
            source="a survey",
        )  # fmt: skip

    answer = by_patch(client, harmful, "planned", "")

    assert answer.status_code == (400 if harms else 200)


def test_what_is_planned_may_be_edited_without_one_but_not_built_or_left_without(client, harmful):
    """It became harmful once it was planned: that is no refusal of the rating, or of a title."""
    Requirement.objects.filter(pk=harmful.pk).update(status="planned")

    for door in (by_form, by_decision, by_admin, by_import):
        assert door(client, harmful, "planned", "").status_code == 302
    titled = client.patch(
        f"/api/v1/requirements/{harmful.pk}/", {"title": "Swap"}, "application/json",
        headers={"If-Match": f'"{row(harmful).version}"'},
    )  # fmt: skip
    assert titled.status_code == 200
    assert by_patch(client, harmful, "in_progress", "").status_code == 400
    Requirement.objects.filter(pk=harmful.pk).update(decision=REASON)
    assert by_decision(client, harmful, "planned", "").status_code == 422


def test_a_rating_that_makes_what_is_planned_harmful_is_recorded(client, harmful):
    sso = harmful.product.requirements.get(number=2)
    Requirement.objects.filter(pk=sso.pk).update(status="planned")
    nurse = harmful.product.personas.get(name="Nurse")

    answer = client.post(
        f"/api/v1/requirements/{sso.pk}/ratings/", {"persona": nurse.pk, "value": -5},
        "application/json",
    )  # fmt: skip

    assert answer.status_code == 201


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_sheet_that_plans_and_rates_at_once_is_asked(harmful, alice, dry_run):
    product = harmful.product
    sheet = "title,status,rating:Nurse,rating:Hospital\nNew,planned,-4,-5\nDark mode,planned,1,1"

    with pytest.raises(SheetError) as refused:
        import_ratings(product=product, text=sheet, basis="seen", by=alice, dry_run=dry_run)

    (error,) = refused.value.errors
    assert str(error).startswith("Row 2, decision: it harms Nurse and Hospital. Say in a line")
    assert not product.requirements.filter(title="New").exists()
    # Rated anew in the same sheet, it harms nobody any more.
    better = f"title,status,rating:Nurse\n{harmful.title},planned,1"
    import_ratings(product=product, text=better, basis="seen", by=alice)
    assert row(harmful).status == "planned"
