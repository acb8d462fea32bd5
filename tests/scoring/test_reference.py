"""The worked examples of tests/reference, and cases worked by hand."""

import numpy as np
import pytest

from prioritisation.scoring import formula
from tests.scoring.scoring_cases import (
    REFERENCE,
    REFERENCE_NAMES,
    Persona,
    Product,
    Rating,
    misses,
    reference,
    scored,
)

NURSE = Persona(1, headcount=30, installed=10, active=8, worked_around=2)
LEAD = Persona(2, headcount=10)
BUYER = Persona(3, kind="procurer")
SPONSOR = Persona(4, kind="advertiser", importance=3)
TEAM = (NURSE, LEAD, BUYER, SPONSOR)


@pytest.mark.parametrize("name", REFERENCE_NAMES)
def test_reference_is_met_to_four_decimals(name):
    assert misses(name) == []


def test_every_reference_is_known():
    assert {path.stem for path in REFERENCE.glob("*.json")} == set(REFERENCE_NAMES)


def test_the_checks_of_a_reference_see_one_rating_moved():
    product, _, _, _ = reference("rota")
    moved = product.having(ratings=(Rating(1, 1, 4), *product.ratings[1:]))

    assert scored(moved).score[0] != scored(product).score[0]


def test_a_product_worked_by_hand():
    # adoption: nurse (8 − 2 + 10 · 0.5) / 20 = 0.55, lead 0.5, nothing read
    # say: nurse 30 · 1.45 = 43.5, lead 10 · 1.5 = 15, of 58.5; people 0.75 and 0.25
    # nurse's value: seen 4, asked 1 → 4.8 / 1.8 = 2.6667 → 0.533333; buyer's 1, sponsor's −0.4
    # reach: 0.75 · (0.55 + 0.25 · 0.45 · 0.533333) + 0.25 · 0.5 = 0.5825
    # points: nurse 85 · 43.5 / 58.5 · 0.533333 = 33.709402, buyer 15 / 4 · 0.5825 = 2.184375,
    #         sponsor 15 · 3 / 4 · −0.4 = −4.5
    product = Product(
        TEAM,
        (
            Rating(7, 1, 4, "seen"),
            Rating(7, 1, 1, "asked"),
            Rating(7, 1, -5, "guessed"),
            Rating(7, 3, 5, "seen"),
            Rating(7, 4, -4, "guessed"),
        ),
        {7: 4.0},
    )

    scores = scored(product)

    assert scores.weights.adoption[:2] == pytest.approx([0.55, 0.5])
    assert scores.weights.people == pytest.approx([0.75, 0.25, 0, 0])
    assert scores.weights.weights * 58.5 == pytest.approx([36.975, 12.75, 2.19375, 6.58125])
    assert scores.contributions.tolist() == [[337094, 0, 21844, -45000]]
    assert scores.unrealised.tolist() == [[0, 0, 15656, 0]]
    assert scores.score.tolist() == [313938]
    assert scores.reach.tolist() == pytest.approx([0.5825])
    assert scores.answered.tolist() == pytest.approx([43.5 / 58.5 * 0.85 + 0.0375 + 0.05625])
    assert scores.value_for_effort.tolist() == pytest.approx([31.3937767 / 4])
    assert scores.means.tolist() == [[26667, 0, 50000, -40000]]
    assert scores.confidence.tolist() == [[100, 0, 100, 50]]
    assert scores.rated.tolist() == [[True, False, True, True]]


def test_the_range_moves_reach_along():
    # One user, adoption 0.5, nobody asked them; the buyer gains all. Worst: value −1, reach
    # 0.5 − 0.25 · 0.5 = 0.375, so −85 + 15 · 0.375; best: 1, reach 0.625, so 85 + 15 · 0.625.
    product = Product((LEAD, BUYER), (Rating(1, 3, 5),), {1: 1.0})

    scores = scored(product)

    assert scores.score.tolist() == [75000]
    assert scores.low.tolist() == [-793750]
    assert scores.high.tolist() == [943750]


def test_guesses_count_only_while_nobody_has_seen_or_asked():
    guesses = (Rating(1, 1, 5, "guessed"), Rating(1, 1, 2, "guessed"))
    product = Product((Persona(1),), guesses, {1: 1.0})
    asked = product.having(ratings=(*guesses, Rating(1, 1, 1, "asked")))

    assert scored(product).score.tolist() == [350_000]  # 100 · 0.5 · 3.5 / 5
    assert scored(asked).score.tolist() == [160_000]  # 100 · 0.8 · 1 / 5


def test_three_thirds_add_up_and_the_lowest_id_gets_what_is_left():
    thirds = tuple(Persona(number, headcount=7) for number in (9, 4, 6))
    product = Product(thirds, tuple(Rating(1, number, 5) for number in (4, 6, 9)), {1: 1.0})

    assert scored(product).contributions.tolist() == [[333334, 333333, 333333]]


def test_three_thirds_of_a_harm_add_up_too():
    thirds = tuple(Persona(number, headcount=7) for number in (4, 6, 9))
    product = Product(thirds, tuple(Rating(1, number, -5) for number in (4, 6, 9)), {1: 1.0})

    assert scored(product).contributions.tolist() == [[-333333, -333333, -333334]]


def test_the_size_of_somebody_uncounted_is_not_missed():
    product = Product((NURSE, LEAD, Persona(5, importance=0), Persona(6)))

    assert scored(product).weights.missing_size.tolist() == [6]
    assert scored(product).weights.people.tolist() == pytest.approx([1 / 3] * 3)
    assert scored(product.having(personas=TEAM)).weights.missing_size.tolist() == []


def test_a_reading_of_nobody_gives_neither_size_nor_adoption():
    empty = Persona(1, installed=0, active=0, worked_around=0)
    policy = formula.Policy(assumed_adoption=0.3, assumed_seats=0)

    weights = scored(Product((empty,), policy=policy)).weights

    assert weights.adoption.tolist() == [0.3]
    assert weights.missing_size.tolist() == [1]


def test_damped_people_count_by_their_square_root():
    segments = (Persona(1, headcount=900), Persona(2, headcount=100))
    product = Product(segments, policy=formula.Policy(people_exponent=0.5))

    assert scored(product).weights.weights.tolist() == pytest.approx([0.75, 0.25])


def test_an_exponent_that_nobody_offers_is_refused():
    with pytest.raises(ValueError, match="people_exponent"):
        scored(Product(TEAM, policy=formula.Policy(people_exponent=0.7)))


def test_value_for_effort_needs_a_gain_and_an_effort():
    # 3 is worth 1/6 + 2/6 − 3/6, which floats make 7e-15: it must not earn a rank.
    team = tuple(Persona(number, headcount=size) for number, size in ((1, 1), (2, 2), (3, 3)))
    cancelling = (Rating(3, 1, -5), Rating(3, 2, -5), Rating(3, 3, 5))
    product = Product(
        team,
        (Rating(1, 1, 5), Rating(2, 1, -1), *cancelling, Rating(4, 1, 5)),
        {1: 2.0, 2: 2.0, 3: 2.0, 4: np.nan},
    )

    value = scored(product).value_for_effort

    assert value[0] == pytest.approx(100 / 6 / 2)
    assert np.isnan(value[1:]).all()


@pytest.mark.parametrize("personas", [(), (LEAD,), (BUYER,), (Persona(3, importance=0),)])
@pytest.mark.parametrize("efforts", [{}, {1: 1.0}, {2: np.nan, 1: 1.0}])
@pytest.mark.parametrize("ratings", [(), (Rating(1, 2, 5),), (Rating(1, 3, -5), Rating(9, 9, 1))])
def test_what_is_missing_is_no_error(personas, efforts, ratings):
    with np.errstate(all="raise"):
        scores = scored(Product(personas, ratings, efforts))

    assert len(scores.score) == len(efforts)
    assert scores.contributions.shape == (len(efforts), len(scores.weights.persona_ids))


def test_nobody_known_means_that_all_is_unknown():
    scores = scored(Product((), (), {1: 1.0}))

    assert (scores.low[0], scores.score[0], scores.high[0]) == (-1_000_000, 0, 1_000_000)


def test_ratings_of_strangers_are_ignored():
    product = Product(TEAM, (Rating(1, 1, 3),), {1: 1.0})
    strangers = (Rating(1, 77, 5), Rating(88, 1, 5), Rating(0, 0, 5))

    assert (
        scored(product.having(ratings=product.ratings + strangers)).score == scored(product).score
    )


def test_ties_share_a_rank():
    assert formula.ranks([30, 50, 30, np.nan, 10]).tolist() == [2, 1, 2, 0, 4]
    assert formula.ranks([]).tolist() == []
