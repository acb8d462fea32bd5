"""The sum and the sentence of a requirement's page; expected values worked by hand."""

from dataclasses import replace

from prioritisation.presentation.rounding import in_hundredths, told_in_tenths
from prioritisation.requirements.explanation import question_for, reason_for, sum_of
from prioritisation.selectors.rankings import PersonaWeight, Row

NURSE = PersonaWeight(1, "Nurse", "end_user", 0.796, 0.3, 150)
LEAD = PersonaWeight(2, "Ward lead", "end_user", 0.054, 0.8, 40)
HOSPITAL = PersonaWeight(3, "Hospital", "procurer", 0.1, None, None)
AGENCY = PersonaWeight(4, "Agency", "advertiser", 0.05, None, None)
ALL = [NURSE, LEAD, HOSPITAL, AGENCY]


def row(**values):
    """Works offline: nurse +4 guessed, lead +2 and hospital +3 asked."""
    fields = dict.fromkeys(Row.__slots__)
    fields |= {
        "score": 354_880,
        "reach": 0.4,
        "answered": 0.52,
        "contributions": {1: 318_400, 2: 17_280, 3: 19_200, 4: 0},
        "unrealised": {1: 0, 2: 0, 3: 28_800, 4: 0},
        "means": {1: 4.0, 2: 2.0, 3: 3.0},
        "confidences": {1: 50, 2: 80, 3: 80, 4: 0},
    }
    return Row(**(fields | values))


def said(reason):
    return reason.lead + reason.core + reason.rest


def test_terms_add_up_to_the_score_as_shown():
    found = sum_of(row(), ALL)

    assert [
        (t.name, t.rating, t.known, t.factor, t.weight, t.reach, t.adds) for t in found.terms
    ] == [
        ("Nurse", "+4", "guessed", "0.5", "79.6\u00a0%", "", "+31.84"),
        ("Ward lead", "+2", "asked", "0.8", "5.4\u00a0%", "", "+1.73"),
        ("Hospital", "+3", "asked", "0.8", "10.0\u00a0%", "40\u00a0%", "+1.92"),
        ("Agency", "", "", "", "5.0\u00a0%", "", "0.00"),
    ]
    assert found.total == "35.49"
    assert found.lost == [("Hospital", "procurer", "2.88")]


def test_the_largest_remainder_gets_the_missing_hundredth():
    # 0.0033 + 0.0033 + 0.0034 is 0.01: rounded alone, all three would be 0.00.
    assert in_hundredths([33, 33, 34], 100) == [0, 0, 1]


def test_equal_remainders_go_to_the_earlier():
    assert in_hundredths([50, 50], 100) == [1, 0]


def test_losses_add_up_too():
    # −1.005 + 2.0049 = 0.9999, shown as 1.00: −1.01 would leave the sum at 0.99.
    assert in_hundredths([-10_050, 20_049], 9_999) == [-100, 200]


def test_a_persona_who_adds_nothing_is_never_given_a_hundredth():
    assert in_hundredths([0, 149, 0], 149) == [0, 1, 0]
    assert in_hundredths([0, 150, 0], 150) == [0, 2, 0]


def test_a_guess_that_carries_the_score_is_said_to_be_one():
    assert said(reason_for(row(), ALL, "6th")) == (
        "It is 6th because Nurse could hardly do without it."
        " But that is a guess and counts half: nobody has seen or asked them yet."
    )


def test_what_only_a_buyer_wants_is_explained_by_the_users_who_do_not_care():
    wanted = row(
        contributions={1: 0, 2: 0, 3: 33_000, 4: 0},
        means={1: 0.0, 3: 5.0},
        confidences={1: 100, 2: 0, 3: 100, 4: 0},
        reach=0.33,
    )

    assert said(reason_for(wanted, ALL, "11th")) == (
        "It is 11th because Nurse would not care."
        " What Hospital gains counts only as far as people use it: 33\u00a0%."
    )


def test_who_loses_is_named_beside_who_gains():
    mixed = row(
        contributions={1: 318_400, 2: -43_200, 3: 0, 4: 0},
        means={1: 2.0, 2: -4.0},
        confidences={1: 100, 2: 100, 3: 0, 4: 0},
    )

    assert said(reason_for(mixed, ALL, "1st")) == (
        "It is 1st because Nurse would like it. What Ward lead would lose takes 4.3 away."
    )


def test_harm_is_called_harm():
    harmful = row(contributions={1: -796_000, 2: 0, 3: 0, 4: 0}, means={1: -5.0},
                  confidences={1: 100, 2: 0, 3: 0, 4: 0})  # fmt: skip

    assert said(reason_for(harmful, ALL, "15th")) == "It is 15th because Nurse would stop using it."


def test_without_a_rating_there_is_no_place():
    assert said(reason_for(row(answered=0.0), ALL, "")) == (
        "Nobody who counts has rated it yet, so it has no place in the order."
    )


def test_the_widest_doubt_is_asked_about_next():
    # Nurse: 2 × 0.5 × 79.6 = 79.6 points; nobody else has more than 10.
    question = question_for(row(), ALL)

    assert (question.name, question.points) == ("Nurse", "80")


def test_what_a_payer_could_lose_counts_whole_and_what_they_could_gain_as_far_as_people_use_it():
    # Hospital: a gain of up to 10 · 0.4, a loss of up to 10: 14 points between the two.
    question = question_for(row(means={}, confidences={1: 100, 2: 100, 3: 0, 4: 100}), ALL)

    assert (question.name, question.points) == ("Hospital", "14")


def test_a_doubt_of_less_than_a_point_is_asked_about_too():
    # Nurse alone is in doubt: 2 × 0.5 × 0.9 = 0.9 points of a range that the page shows.
    nurse = replace(ALL[0], weight=0.009)

    question = question_for(row(confidences={1: 50, 2: 100, 3: 100, 4: 100}), [nurse, *ALL[1:]])

    assert (question.name, question.points) == ("Nurse", "less than 1")


def test_parts_of_a_movement_add_up_in_tenths_and_none_reads_as_nothing():
    # Three of 0.04 make 0.12: one of them gets the tenth. −17.0743 and 0.0112 make −17.0631.
    assert told_in_tenths([400, 400, 400]) == ["+0.1", "under +0.1", "under +0.1"]
    assert told_in_tenths([112, -170_743]) == ["under +0.1", "−17.1"]
    assert told_in_tenths([2_400, -400, -2_000]) == ["+0.2", "under −0.1", "−0.2"]
    assert told_in_tenths([0]) == ["0.0"]


def test_nothing_is_asked_where_everybody_was_seen():
    assert question_for(row(confidences=dict.fromkeys([1, 2, 3, 4], 100)), ALL) is None
