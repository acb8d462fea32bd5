"""Flags by hand: who is harmed, who wasn't asked, what is paid for and not used."""

from dataclasses import replace

import numpy as np
import pytest

from prioritisation.scoring.flags import rests_on, signals, starved
from tests.scoring.scoring_cases import Persona, Product, Rating, scored

# Of the users' say the clerk has three quarters, of the payers' the buyer two thirds.
CLERK = Persona(11, headcount=30)
CHIEF = Persona(12, headcount=10)
BUYER = Persona(13, kind="procurer", importance=2)
SPONSOR = Persona(14, kind="advertiser")
TEAM = (CLERK, CHIEF, BUYER, SPONSOR)


def signals_of(ratings, personas=TEAM, basis="seen"):
    """Signals of one requirement, whose ratings are {persona: value}."""
    rows = tuple(Rating(1, persona.id, value, basis) for persona, value in ratings.items())
    scores = scored(Product(personas, rows, {1: 1.0}))
    return signals(scores.means, scores.rated, scores.answered, scores.weights)[0]


def flags_of(ratings, personas=TEAM, basis="seen"):
    return signals_of(ratings, personas, basis).flags


def test_a_quiet_requirement_has_no_flags():
    quiet = signals_of({CLERK: 3, CHIEF: 2, BUYER: 1, SPONSOR: 0})

    assert quiet.flags == ()
    assert quiet.harmed == ()


def test_harm_names_everybody_it_harms():
    harmful = signals_of({CLERK: 2, CHIEF: -3, BUYER: -2, SPONSOR: -5})

    assert harmful.flags == ("harms",)
    assert harmful.harmed == (12, 14)


def test_harm_goes_by_the_mean_of_those_who_know():
    # seen −5 and asked 0: −5 / 1.8 = −2.78; the guess is set aside
    rows = (Rating(1, 11, -5), Rating(1, 11, 0, "asked"), Rating(1, 11, -5, "guessed"))
    scores = scored(Product(TEAM, rows, {1: 1.0}))

    flags = signals(scores.means, scores.rated, scores.answered, scores.weights)[0].flags

    assert "harms" not in flags


def test_somebody_not_counted_is_not_harmed():
    assert "harms" not in flags_of(
        {CLERK: 1, CHIEF: -5}, personas=(CLERK, replace(CHIEF, importance=0.0))
    )


def test_payers_alone_asked():
    assert flags_of({BUYER: 2, SPONSOR: 2}) == ("end_users_not_asked", "guess")


def test_one_end_user_asked_is_enough():
    assert "end_users_not_asked" not in flags_of({CHIEF: 0, BUYER: 2})


def test_where_nobody_was_asked_end_users_are_no_exception():
    assert flags_of({}) == ("guess",)


def test_an_answer_of_a_small_segment_leaves_a_guess():
    # the chief's weight is 0.85 / 4
    assert flags_of({CHIEF: 2}) == ("guess",)
    assert flags_of({CLERK: 2}) == ()


def test_guesses_of_everybody_are_half_an_answer_whatever_the_weights():
    for people in range(1, 60):
        personas = (replace(CLERK, headcount=people), CHIEF, BUYER, SPONSOR)

        assert flags_of(dict.fromkeys(personas, 1), personas, basis="guessed") == ()


def test_paid_for_and_not_used():
    # payers 2/3 · 4 + 1/3 · 1 = 3; users 3/4 · 0 + 1/4 · 2 = 0.5
    assert flags_of({CLERK: 0, CHIEF: 2, BUYER: 4, SPONSOR: 1}) == ("shelfware",)


def test_a_little_more_use_is_no_shelfware():
    # users 3/4 · 0 + 1/4 · 3 = 0.75
    assert flags_of({CLERK: 0, CHIEF: 3, BUYER: 4, SPONSOR: 1}) == ()


def test_a_little_less_pay_is_no_shelfware():
    # payers 2/3 · 4 + 1/3 · 0 = 2.67
    assert flags_of({CLERK: 0, CHIEF: 2, BUYER: 4, SPONSOR: 0}) == ()


def test_who_did_not_answer_is_left_out_of_the_mean():
    assert flags_of({CLERK: 0, BUYER: 3}) == ("shelfware",)


def test_shelfware_needs_an_end_users_answer():
    assert flags_of({BUYER: 5, SPONSOR: 5}) == ("end_users_not_asked", "guess")


def test_payers_want_what_users_do_not():
    # users 3/4 · −2 + 1/4 · −2 = −2
    assert flags_of({CLERK: -2, CHIEF: -2, BUYER: 5}) == ("shelfware", "conflict")
    assert flags_of({CLERK: -2, CHIEF: -1, BUYER: 5}) == ("shelfware",)


def test_payers_who_agree_on_three_reach_three_whatever_their_weights():
    for importance in np.linspace(0.1, 3, 60):
        payers = (replace(BUYER, importance=importance), SPONSOR)

        assert flags_of(
            {CLERK: 0, CHIEF: 0, payers[0]: 3, SPONSOR: 3}, (CLERK, CHIEF, *payers)
        ) == ("shelfware",)


def test_rows_keep_their_order():
    rows = (Rating(2, 11, -5), Rating(3, 13, 5))
    scores = scored(Product(TEAM, rows, {3: 1.0, 1: 1.0, 2: 1.0}))

    found = signals(scores.means, scores.rated, scores.answered, scores.weights)

    assert [row.harmed for row in found] == [(), (), (11,)]
    assert [row.flags[0] for row in found] == ["end_users_not_asked", "guess", "harms"]


@pytest.mark.parametrize("personas", [(), (CLERK,), (BUYER,)])
@pytest.mark.parametrize("efforts", [{}, {1: 1.0}])
def test_what_is_missing_is_no_error(personas, efforts):
    scores = scored(Product(personas, (), efforts))

    found = signals(scores.means, scores.rated, scores.answered, scores.weights)

    assert [row.flags for row in found] == [("guess",)] * len(efforts)


@pytest.mark.parametrize(
    ("answered", "said"),
    [
        (0.0, "guess"),
        (0.4999, "guess"),
        (0.49999999999999994, "some"),
        (0.5, "some"),
        (0.7999, "some"),
        (0.7999999999999999, "known"),
        (0.8, "known"),
        (1.0, "known"),
    ],
)
def test_what_a_score_rests_on(answered, said):
    assert rests_on(answered) == said


def test_whoever_gains_no_more_than_one_from_the_top_is_starved():
    """Clerk's best is +1 and chief's +2; the buyer's +1 and −2; nobody asked the sponsor."""
    rows = (
        Rating(1, CLERK.id, 1),
        Rating(1, CHIEF.id, 2),
        Rating(1, BUYER.id, -2),
        Rating(2, CLERK.id, -4),
        Rating(2, BUYER.id, 1),
    )
    scores = scored(Product(TEAM, rows, {1: 1.0, 2: 1.0}))

    assert starved(scores.means, scores.rated, scores.weights.persona_ids) == [11, 13]
