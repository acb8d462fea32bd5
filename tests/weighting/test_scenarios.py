"""Scenarios: kept beside the product, compared, applied; the scores never follow them unasked.

ROTA by hand, as it is kept (say 0.85, nobody's adoption is known: 0.5, reach ρ 0.25). All seen.
Nurse alone uses, the hospital alone pays.
Swap (+5, +1): 85·1 + 15·0.2·reach; reach = 0.5 + 0.25·0.5·1 = 0.625: 85 + 1.875 = 86.875.
SSO (0, +5): 15·1·0.5 = 7.5.
With a say of 0.5 for the end user: 50 + 50·0.2·0.625 = 56.25, and 50·0.5 = 25.
With 490 of 490 nurses who use it, a = (490 + 10·0.5) / 500 = 0.99:
swap: reach = 0.99 + 0.25·0.01 = 0.9925: 85 + 3·0.9925 = 87.9775; SSO: 15·0.99 = 14.85.
"""

from datetime import date

import pytest

from personas.models import AdoptionReading, Persona
from prioritisation.models import ProductChange, Scenario, ScoringPolicy
from prioritisation.pipeline.rescoring import rescore
from prioritisation.weighting.overrides import Otherwise, otherwise_of
from prioritisation.weighting.scenario_comparison import compare
from prioritisation.weighting.services import NeedsReason, apply_scenario, change_scenario
from products.versions import StaleVersion
from tests import cast
from tests.cast import scenario

WON = (490, 490, 0)


@pytest.fixture
def nurse(rota):
    return rota.personas.get(name="Nurse")


def scores(order, product):
    numbers = dict(product.requirements.values_list("pk", "number"))
    return {numbers[pk]: score for pk, score in order.scores.items()}


def stored(product):
    scored = product.requirements.filter(score__ranked=True)
    return {one.number: one.score.score for one in scored.select_related("score")}


def test_the_order_under_a_scenario_is_worked_out_beside_the_one_now(rota, alice, nurse):
    scenario(rota, by=alice, end_user_say=0.5)
    scenario(rota, by=alice, name="Every nurse is won", readings={nurse.pk: WON})

    comparison = compare(rota)

    assert scores(comparison.now, rota) == {1: 868750, 2: 75000}
    decides, won = comparison.all
    assert scores(decides.order, rota) == {1: 562500, 2: 250000}
    assert scores(won.order, rota) == {1: 879775, 2: 148500}
    assert decides.differences == ["End users’ say: 85\u00a0% → 50\u00a0%"]
    assert won.differences == ["Nurse: 490 of 490 use it"]
    assert (won.moved, won.words) == (0, "The order stays as it is.")


def test_keeping_changing_and_deleting_leave_scores_and_marks_alone(rota, alice):
    before = stored(rota)
    kept = scenario(rota, by=alice, end_user_say=0.5)
    change_scenario(kept, version=1, otherwise=otherwise_of(kept), by=alice)
    compare(rota)
    kept.delete()

    assert not ProductChange.objects.exists()
    assert stored(rota) == before


def test_the_control_a_policy_marks(rota):
    ScoringPolicy.objects.filter(product=rota).update(end_user_say=0.5, reason="why")

    assert ProductChange.objects.exists()
    rescore(rota.pk)


def test_what_is_applied_is_what_was_shown(rota, alice, nurse):
    kept = scenario(
        rota, by=alice, note="They threaten to leave.", end_user_say=0.5, readings={nurse.pk: WON}
    )
    shown = scores(compare(rota).all[0].order, rota)

    apply_scenario(kept, version=1, by=alice, today=date(2026, 11, 26))
    rescore(rota.pk)

    assert stored(rota) == shown
    policy = ScoringPolicy.objects.get(product=rota)
    assert policy.reason == "Scenario “The hospital decides”: They threaten to leave."
    reading = AdoptionReading.objects.get()
    assert (reading.installed, reading.active, reading.observed_on) == (
        490,
        490,
        date(2026, 11, 26),
    )
    assert reading.source == "Scenario “The hospital decides”"
    assert reading.note == "Scenario “The hospital decides”: supposed, not observed"


def test_a_reading_of_a_later_day_gives_way(rota, alice, nurse):
    later = date(2026, 12, 24)
    AdoptionReading.objects.create(
        product=rota, persona=nurse, observed_on=later, installed=490, active=100
    )
    kept = scenario(rota, by=alice, readings={nurse.pk: WON})

    apply_scenario(kept, version=1, by=alice, today=date(2026, 11, 26))
    rescore(rota.pk)

    assert AdoptionReading.objects.get().active == 490


def test_importances_are_applied_to_the_personas(rota, alice):
    hospital = rota.personas.get(name="Hospital")
    kept = scenario(rota, by=alice, importances={hospital.pk: 0})

    apply_scenario(kept, version=1, by=alice)
    rescore(rota.pk)

    # Nobody is left who pays, so the end users have all the say: 100, and a tie of none at 0.
    assert stored(rota) == {1: 1_000_000, 2: 0}


def test_less_than_two_thirds_for_the_end_users_is_applied_with_a_reason_only(rota, alice):
    kept = scenario(rota, by=alice, end_user_say=0.6)

    with pytest.raises(NeedsReason):
        apply_scenario(kept, version=1, by=alice)

    assert ScoringPolicy.objects.get(product=rota).end_user_say == 0.85


def test_what_somebody_changed_since_it_was_seen_is_not_applied(rota, alice):
    kept = scenario(rota, by=alice, end_user_say=0.7)
    bob = cast.user("bob")
    change_scenario(kept, version=1, otherwise=otherwise_of(kept), by=bob)

    with pytest.raises(StaleVersion):
        apply_scenario(kept, version=1, by=alice)

    assert not ProductChange.objects.exists()


def test_a_change_of_its_personas_alone_is_a_new_version(rota, alice, nurse):
    kept = scenario(rota, by=alice)
    won = Otherwise({}, {nurse.pk: WON})

    change_scenario(kept, version=1, otherwise=won, by=alice)

    assert Scenario.objects.get().version == 2
    assert compare(rota).all[0].differences == ["Nurse: 490 of 490 use it"]


def test_what_it_leaves_alone_follows_the_product(rota, alice, nurse):
    kept = scenario(rota, by=alice, end_user_say=0.7)
    ScoringPolicy.objects.filter(product=rota).update(responsiveness=0.5)
    nurse.importance = 3
    nurse.save(update_fields=["importance"])
    rescore(rota.pk)

    (beside,) = compare(rota).all
    # Reach of swap by hand: 0.5 + 0.5·0.5·1 = 0.75. So 70 + 30·0.2·0.75 = 74.5, and 30·0.5.
    assert scores(beside.order, rota) == {1: 745000, 2: 150000}
    assert beside.differences == ["End users’ say: 85\u00a0% → 70\u00a0%"]
    apply_scenario(kept, version=1, by=alice)
    rescore(rota.pk)

    assert stored(rota) == {1: 745000, 2: 150000}
    policy = ScoringPolicy.objects.get(product=rota)
    assert (policy.end_user_say, policy.responsiveness) == (0.7, 0.5)
    assert rota.personas.get(name="Nurse").importance == 3


def test_adoption_alone_is_applied_without_a_new_weighing(rota, alice, nurse):
    ScoringPolicy.objects.filter(product=rota).update(end_user_say=0.6, reason="The board's wish.")
    kept = scenario(rota, by=alice, readings={nurse.pk: WON})

    apply_scenario(kept, version=1, by=alice)
    rescore(rota.pk)

    policy = ScoringPolicy.objects.get(product=rota)
    assert (policy.version, policy.reason) == (2, "The board's wish.")
    assert AdoptionReading.objects.get().active == 490


def test_shares_that_only_follow_from_adoption_are_not_told_as_changed(rota, alice, nurse):
    lead = Persona.objects.create(product=rota, name="Lead", kind="end_user")
    agency = Persona.objects.create(product=rota, name="Agency", kind="advertiser")
    scenario(rota, by=alice, name="Won", readings={nurse.pk: WON})
    scenario(rota, by=alice, name="Bought", importances={agency.pk: 3})
    rescore(rota.pk)

    won, bought = compare(rota).all

    # a(nurse) = 0.99, so she weighs 1.01 and the lead 1.5: 40 to 60. It is the reading's doing.
    assert won.differences == ["Nurse: 490 of 490 use it"]
    assert bought.differences == [
        "Of the buyers’ and sponsors’ say: Hospital 50\u00a0%\u00a0→\u00a025\u00a0%,"
        " Agency 50\u00a0%\u00a0→\u00a075\u00a0%"
    ]
    assert lead.importance == 1


def test_a_persona_that_goes_leaves_the_scenario(rota, alice, nurse):
    scenario(rota, by=alice, readings={nurse.pk: WON})

    nurse.delete()
    rescore(rota.pk)

    (beside,) = compare(rota).all
    assert beside.supposed.readings == {}


def test_three_orders_stand_side_by_side(rota, alice):
    rota.requirements.filter(number=3).update(title="A third")
    scenario(rota, by=alice, end_user_say=0.5)
    scenario(rota, by=alice, name="Another", end_user_say=0.95)
    comparison = compare(rota)

    chart = comparison.chart(comparison.chosen(set()))

    assert [(one.letter, one.title) for one in chart.columns] == [
        ("", "Now"),
        ("A", "The hospital decides"),
        ("B", "Another"),
    ]
    assert chart.columns[1].places == [("1", "Swap shifts in two taps"), ("2", "Single sign-on")]
    assert [(line.y1, line.y2, line.tone) for line in chart.columns[2].lines] == [
        (20, 20, "none"),
        (60, 60, "none"),
    ]
