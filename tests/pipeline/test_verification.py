"""`verify_scores` finds what is wrong, and only that."""

import datetime

import pytest
from django.core.management import call_command
from django.db import connection

from personas.models import AdoptionReading, Persona
from prioritisation.models import ProductChange, Rating, Score, ScoringPolicy, ScoringRun
from prioritisation.pipeline.rescoring import rescore
from prioritisation.pipeline.verification import wrong_scores
from products.models import Requirement
from products.services import create_product
from tests.benchmarks.data import KINDS
from tests.cast import rota, user


@pytest.fixture
def product(db):
    product = rota(user("alice"))
    rescore(product.pk)
    return product


def tamper(product, assignment):
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE prioritisation_score SET {assignment} WHERE product_id = %s AND number = 1",
            [product.pk],
        )


def test_scores_just_computed_are_right(product):
    assert wrong_scores(product.pk) == []


@pytest.mark.parametrize(
    ("assignment", "name"),
    [
        ("score = score + 2", "score"),
        ("low = low - 2", "low"),
        ("high = high + 2", "high"),
        ("reach = reach + 0.0002", "reach"),
        ("answered = answered - 0.0002", "answered"),
        ("value_for_effort = value_for_effort + 0.0002", "value_for_effort"),
        ("value_for_effort = NULL", "value_for_effort"),
        ("ranked = NOT ranked", "ranked"),
        ("contributions[1] = contributions[1] + 2", "contributions"),
        ("contributions = contributions[1:1]", "contributions"),
        ("contributions[1] = contributions[1] + 1", "contributions don't add up"),
        ("unrealised[2] = unrealised[2] + 2", "unrealised"),
        ("means[1] = means[1] + 2", "means"),
        ("confidences[1] = 50", "confidences"),
    ],
)
@pytest.mark.scores_are_tampered_with
def test_a_score_changed_by_hand_is_found(product, assignment, name):
    tamper(product, assignment)

    ((key, names, _stored, _computed),) = wrong_scores(product.pk)

    assert key == "ROTA-1"
    assert name in names


@pytest.mark.scores_are_tampered_with
def test_a_missing_and_a_forgotten_score_are_found(product):
    Score.objects.filter(number=2).delete()
    # Its marks are taken away: as if a trigger had been missing.
    Requirement.objects.filter(number=3).delete()
    ProductChange.objects.all().delete()

    found = {key: names[0] for key, names, *_ in wrong_scores(product.pk)}

    assert found == {"ROTA-2": "not scored", "ROTA-3": "requirement is gone"}


@pytest.mark.scores_are_tampered_with
def test_a_run_with_other_weights_is_found(product):
    ScoringRun.objects.update(weights=[0.8, 0.2])

    ((key, names, *_),) = wrong_scores(product.pk)

    assert (key, names) == ("ROTA run", ["personas or weights"])


def test_a_marked_product_is_not_judged(product):
    Rating.objects.update(value=-2)

    assert wrong_scores(product.pk) == []


@pytest.mark.scores_are_tampered_with
def test_the_command_ends_with_1_and_names_what_is_wrong(product, capsys):
    call_command("verify_scores")
    assert "Every score is right." in capsys.readouterr().out

    tamper(product, "score = score + 2")
    with pytest.raises(SystemExit) as end:
        call_command("verify_scores")

    assert end.value.code == 1
    assert "ROTA-1: score" in capsys.readouterr().out


def test_the_command_says_how_many_products_wait_and_were_not_judged(product, capsys):
    other = rota_named("Ward")
    rescore(other.pk)
    Rating.objects.filter(product=product).update(value=-2)

    call_command("verify_scores")

    said = capsys.readouterr().out
    assert "Every score of 1 product is right." in said
    assert "1 product waits to be rescored and couldn't be judged: ROTA." in said

    Rating.objects.filter(product=other).update(value=-2)
    with pytest.raises(SystemExit) as end:
        call_command("verify_scores")

    assert end.value.code == 2
    said = capsys.readouterr()
    assert "No score was judged. 2 products wait" in said.err
    assert "right" not in said.out + said.err


def rota_named(name):
    other = create_product(name=name, owner=user("bob"))
    requirement = Requirement.objects.create(product=other, title="Dark mode")
    nurse = Persona.objects.create(product=other, name="Nurse", kind="end_user")
    Rating.objects.create(
        product=other, requirement=requirement, persona=nurse, value=3, basis="seen", source="x"
    )
    return other


def many_opinions(kinds, *, policy, sizes=(400, 90, 30, 20, 10)):
    """Twelve requirements, raters with evidence and with guesses, gaps, a persona not counted."""
    owner = user("dana")
    product = create_product(name="Many", key="MANY", owner=owner)
    ScoringPolicy.objects.filter(product=product).update(**policy)
    personas = [
        Persona.objects.create(
            product=product,
            name=f"{kind} {number}",
            kind=kind,
            headcount=sizes[number],
            importance=(1, 2.5, 0.5, 1, 3)[number],
        )
        for number, kind in enumerate(kinds)
    ]
    Persona.objects.create(product=product, name="Nobody", kind="end_user", importance=0)
    if kinds and kinds[0] == "end_user":
        for day, active in ((1, 300), (2, 120)):
            AdoptionReading.objects.create(
                product=product,
                persona=personas[0],
                observed_on=datetime.date(2026, 10, day),
                installed=350,
                active=active,
                worked_around=40,
            )
    raters = [owner, user("emil"), user("fay")]
    for number in range(1, 13):
        requirement = Requirement.objects.create(
            product=product,
            title=f"No. {number}",
            effort=None if number % 4 == 0 else number / 3,
            status=["idea", "shipped", "planned"][number % 3],
        )
        for place, persona in enumerate(personas):
            for turn, rater in enumerate(raters):
                if (number * 5 + place * 3 + turn) % 4 < 2:
                    Rating.objects.create(
                        product=product,
                        requirement=requirement,
                        persona=persona,
                        rater=rater,
                        value=(number * 7 + place * 5 + turn * 3) % 11 - 5,
                        basis=["guessed", "asked", "seen"][(number + place + turn * 2) % 3],
                    )
    return product


@pytest.mark.parametrize(
    "kinds", [KINDS, ["end_user"] * 3, ["procurer", "other"], []], ids=lambda k: f"{len(k)} kinds"
)
@pytest.mark.parametrize(
    "policy",
    [
        {},
        {"people_exponent": 0.5, "gap_emphasis": 0.3, "responsiveness": 0.9, "end_user_say": 0.7},
        {"people_exponent": 0, "assumed_adoption": 0.1, "assumed_seats": 0},
    ],
    ids=["default", "damped", "equal"],
)
def test_sql_and_numpy_agree(db, kinds, policy):
    product = many_opinions(kinds, policy=policy)
    rescore(product.pk)

    assert Score.objects.filter(product=product).count() == 12
    assert wrong_scores(product.pk) == []


def test_sql_and_numpy_agree_when_a_size_is_missing(db):
    product = many_opinions(KINDS, policy={}, sizes=(400, None, 30, 20, 10))
    rescore(product.pk)

    assert wrong_scores(product.pk) == []
