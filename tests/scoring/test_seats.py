"""How firmly single requirements have their places: by hand, and against brute force."""

import numpy as np
import pytest

from prioritisation.scoring import sensitivity
from prioritisation.scoring.sensitivity import TOPS, Flip, seats
from tests.scoring.brute_force import formula_of, random_product
from tests.scoring.scoring_cases import NAN, Persona, Product, Rating, personas_of, ratings_of
from tests.scoring.test_sensitivity import PRINTOUT, SIGN_ON, hold_wrongs, holds, rota, standings


def seats_of(product):
    numbers = np.array(list(product.efforts), np.int64)
    return seats(product.policy, personas_of(product), ratings_of(product), numbers, numbers)


def test_the_first_has_its_place_as_long_as_the_set_of_one_stays():
    (seat,) = seats_of(rota()).values()

    # As test_sensitivity works out: λ = 2/3, and a = 0.8; sign-on has nobody below it.
    assert (seat.requirement_id, seat.top) == (PRINTOUT, 1)
    assert seat.holds == standings(rota())[1].holds
    assert holds(seat)["end_user_say", None].below == Flip(riser=SIGN_ON, faller=PRINTOUT)
    assert (seat.margin, seat.verdict) == (pytest.approx(0.8 - 2 / 3), "robust")


def test_of_the_top_three_each_has_its_own_rival_outside_of_them():
    """At end users' say λ = 0.8 and a nurse who gains nothing by reach: 1 scores 100 λ, 2 scores
    60 λ, 3 scores 100 (1 − λ)·0.4 + 40 λ, 4 scores 100 (1 − λ)·0.4 + 20 λ."""
    hospital = 9
    product = rota().having(
        personas=(rota().personas[0], Persona(hospital, kind="procurer")),
        ratings=(
            Rating(1, 1, 5),
            Rating(2, 1, 3),
            Rating(3, 1, 2),
            Rating(3, hospital, 5),
            Rating(4, 1, 1),
            Rating(4, hospital, 5),
        ),
        efforts=dict.fromkeys((1, 2, 3, 4), NAN),
    )
    found = seats_of(product)

    assert {pk: seat.top for pk, seat in found.items()} == {1: 1, 2: 3, 3: 3}
    # The first against all: 100 λ = 40 + 0 λ  (40 − 40 λ + 40 λ)  →  λ = 0.4, not allowed.
    assert holds(found[1])["end_user_say", None].below is None
    # The second only against the fourth: 60 λ = 40 − 20 λ  →  λ = 0.5, where it must end anyway.
    assert holds(found[2])["end_user_say", None].below is None
    # Of nurses' adoption: 48 = 20 a + 16  →  never; the third is above the fourth wherever.
    assert holds(found[2])["adoption", 1].above is None
    assert found[3].margin == float("inf")


def test_of_too_many_who_are_tied_none_is_told(monkeypatch):
    monkeypatch.setattr(sensitivity, "MOST_TIED", 1)
    product = Product(
        personas=(Persona(1),),
        ratings=(Rating(1, 1, 3), Rating(2, 1, 3), Rating(3, 1, 1)),
        efforts=dict.fromkeys((1, 2, 3), NAN),
    )

    assert seats_of(product) == {}
    assert seats_of(Product()) == {}


def test_brute_force_says_the_same_of_random_products():
    compared, wrong = 0, []
    for seed in range(100):
        product = random_product(seed)
        formula, numbers = formula_of(product), np.array(list(product.efforts))
        sets = {top: standing.members for top, standing in standings(product).items() if top}
        for seat in seats_of(product).values():
            assert seat.top == min(top for top in TOPS if seat.requirement_id in sets.get(top, ()))
            outside = formula.rated & ~np.isin(numbers, sets[seat.top])
            split = [numbers == seat.requirement_id, outside]
            for hold in seat.holds:
                compared += 1
                wrong += [(seed, seat, one) for one in hold_wrongs(formula, hold, split, numbers)]

    assert wrong == []
    assert compared > 1_000
