"""Other orders of the same requirements: worked by hand from reference/rota.json."""

import numpy as np
import pytest

from prioritisation.scoring.formula import Policy
from prioritisation.scoring.other_methods import lenses
from tests.scoring.brute_force import random_product
from tests.scoring.scoring_cases import (
    NAN,
    Persona,
    Product,
    Rating,
    personas_of,
    ratings_of,
    reference,
    scored,
)

NURSE, DOCTOR, HOSPITAL, AGENCY = 1, 2, 3, 4


def seen_by(product):
    numbers = list(product.efforts)
    return lenses(
        product.policy,
        personas_of(product),
        ratings_of(product),
        np.array(numbers),
        np.array([product.efforts[number] for number in numbers]),
    )


@pytest.fixture(scope="module")
def rota():
    """R1 … R7 of the reference, those that have a rank; R3, R5 and R7 lose somebody, are guessed,
    have no effort."""
    product, *_ = reference("rota")
    return product.having(efforts={place: product.efforts[place] for place in range(1, 8)})


def test_rice_is_people_times_impact_times_confidence_by_effort(rota):
    """500 nurses, 50 ward leads. R1: 550 people; (500·3 + 50·1)/550; seen; 8 days: 193.75.
    R2: only the hospital gains: 0. R4: 50·2/3 = 33.33. R5: nurses' guess of +4, 500·2·0.5, and
    leads' asked +2, 50·0.5·0.8: 1020/13. R6: 500·0.25/3. R7: no effort."""
    found = seen_by(rota)
    rice = found.rice

    assert rice.reach[:6].tolist() == [550, 0, 0, 50, 550, 500]
    assert rice.impact[0] == pytest.approx(1550 / 550)
    assert rice.confidence[4] == pytest.approx(520 / 1025)
    assert rice.value[:6] == pytest.approx([193.75, 0, 0, 100 / 3, 520 / 13, 125 / 3])
    assert np.isnan(rice.value[6])
    assert found.lenses["rice"].rank.tolist() == [1, 5, 5, 4, 3, 2, 0]


def test_rice_stands_beside_our_value_for_effort(rota):
    """Ours by effort, of the reference: R1 10.48, R6 5.79, R5 2.58, R4 1.44, R2 0.67; R3 is below
    nought and R7 has no effort."""
    rice = seen_by(rota).lenses["rice"]

    assert rice.own.tolist() == [1, 5, 0, 4, 3, 2, 0]
    assert rice.rise.tolist() == [0] * 7


def test_equal_weights_are_the_plain_mean_of_all_who_count(rota):
    """Fifths over four personas: R1 (5+3+1+0)/20, R2 5/20, R3 (−4−3−1+5)/20, R4 4/20,
    R5 (0.5·4 + 0.8·2)/20, R6 (1+4)/20, R7 nurses −1 seen and 2 asked: (−1 + 1.6)/1.8 = 1/3, /20."""
    equal = seen_by(rota).lenses["equal"]

    assert equal.value == pytest.approx([45, 25, -15, 20, 18, 25, 5 / 3])
    assert equal.rank.tolist() == [1, 2, 7, 4, 5, 2, 6]
    assert equal.own.tolist() == [1, 6, 7, 5, 2, 3, 4]
    assert equal.rise.tolist() == [0, 4, 0, 1, -3, 1, -2]
    assert equal.most_moved(3).tolist() == [1, 4, 6]


def test_payers_first_turns_the_say_around_and_asks_nobody_to_use_it():
    """λ 0.8: payers have 80, two thirds the hospital's, a third the agency's; users 20, half each
    (as many people, nobody has a reading). Of 1: hospital +3, nurse +5. Of 2: nurse, doctor +5."""
    product = Product(
        personas=(
            Persona(NURSE, headcount=7),
            Persona(DOCTOR, headcount=7),
            Persona(HOSPITAL, kind="procurer", importance=2),
            Persona(AGENCY, kind="advertiser"),
        ),
        ratings=(
            Rating(1, NURSE, 5),
            Rating(1, HOSPITAL, 3),
            Rating(2, NURSE, 5),
            Rating(2, DOCTOR, 5),
        ),
        efforts={1: NAN, 2: NAN},
        policy=Policy(end_user_say=0.8),
    )
    payers = seen_by(product).lenses["payers_first"]

    assert payers.value == pytest.approx([80 * 2 / 3 * 0.6 + 10, 20])
    assert (payers.rank.tolist(), payers.own.tolist()) == ([1, 2], [2, 1])
    assert payers.rise.tolist() == [1, -1]


def test_one_group_alone_keeps_its_order():
    """Without payers, or without users, turning the say around changes nothing but the scale."""
    for kind in ("end_user", "procurer"):
        product = Product(
            personas=(Persona(NURSE, kind=kind, headcount=1), Persona(2, kind=kind, headcount=1)),
            ratings=(Rating(1, NURSE, 5), Rating(1, 2, -1), Rating(2, NURSE, 1), Rating(2, 2, 1)),
            efforts={1: NAN, 2: NAN},
        )
        payers = seen_by(product).lenses["payers_first"]
        assert payers.rank.tolist() == [1, 2], kind


def test_every_lens_tells_of_random_products_without_a_warning():
    for seed in range(40):
        product = random_product(seed)
        found = seen_by(product)
        for lens in found.lenses.values():
            assert (lens.rank > 0).tolist() == (~np.isnan(lens.value)).tolist()
        own = scored(product)
        assert (found.lenses["equal"].own > 0).all()
        assert len(own.score) == len(found.rice.reach)
