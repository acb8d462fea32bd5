"""In how many plausible weightings each is first: against probabilities worked out by hand."""

from math import sqrt

import numpy as np
import pytest

from prioritisation.scoring.formula import Policy
from prioritisation.scoring.rank_acceptability import DRAWS, plausible, plausible_in_steps
from tests.scoring.brute_force import formula_of, random_product
from tests.scoring.scoring_cases import NAN, Persona, Product, Rating, personas_of, ratings_of

NURSE, LEAD, HOSPITAL = 1, 2, 3
A, B = 11, 12


def product_of(*ratings, **policy):
    return Product(
        personas=(Persona(NURSE), Persona(LEAD), Persona(HOSPITAL, kind="procurer")),
        ratings=ratings,
        efforts=dict.fromkeys(sorted({rating.requirement for rating in ratings}), NAN),
        policy=Policy(**policy),
    )


def drawn(product, **more):
    numbers = np.array(list(product.efforts), np.int64)
    return plausible(
        product.policy, personas_of(product), ratings_of(product), numbers, numbers, **more
    )


def first_share(product, requirement):
    found = drawn(product)
    return float(found.within(1)[found.requirement_ids == requirement][0])


def about(probability, draws=DRAWS):
    """Within four standard errors of so many draws: missed by chance once in 16,000."""
    return pytest.approx(probability, abs=4 * sqrt(probability * (1 - probability) / draws))


def all_seen(requirement, **values):
    who = {"nurse": NURSE, "lead": LEAD, "hospital": HOSPITAL}
    return [Rating(requirement, who[name], value) for name, value in values.items()]


def test_end_users_say_is_drawn_from_all_that_is_allowed():
    """Half of all use it, whatever is built. A: 0.2 λ. B: 0.5 (1 − λ). A is first where λ > 5/7,
    which is (0.95 − 5/7) / 0.45 of 0.5…0.95."""
    product = product_of(
        *all_seen(A, nurse=1, lead=1, hospital=0),
        *all_seen(B, nurse=0, lead=0, hospital=5),
        responsiveness=0.0,
    )

    assert first_share(product, A) == about(0.523810)


def test_importance_is_drawn_from_a_third_to_three_times():
    """A: 0.8 of nurses' share. B: leads' share. A is first where nurses have 1.25 times leads'
    importance. The difference of two logarithms uniform on ± ln 3 has a triangular density, so
    (2 ln 3 − ln 1.25)² / (2 (2 ln 3)²) of it lies above ln 1.25."""
    product = product_of(
        *all_seen(A, nurse=4, lead=0, hospital=0), *all_seen(B, nurse=0, lead=5, hospital=0)
    )

    assert first_share(product, A) == about(0.403600)


def test_guesses_are_drawn_from_what_they_leave_open():
    """Nurses and leads alike: A guessed +5 is uniform on 0…1, B is seen at 0.6."""
    product = Product(
        personas=(Persona(NURSE),),
        ratings=(Rating(A, NURSE, 5, "guessed"), Rating(B, NURSE, 3)),
        efforts={A: NAN, B: NAN},
    )
    assert first_share(product, A) == about(0.4)

    # B guessed +4: uniform on −0.1…0.9. A is below B where two uniforms differ by more than 0.1
    # in B's favour: 0.9² / 2.
    both = product.having(ratings=(Rating(A, NURSE, 5, "guessed"), Rating(B, NURSE, 4, "guessed")))
    assert first_share(both, A) == about(0.595)


def test_an_answer_never_given_may_be_anything():
    """Nearly all say is the nurses', whom nobody asked about A: uniform on −1…1. B is 0.2."""
    product = Product(
        personas=(Persona(NURSE), Persona(LEAD, importance=1e-9)),
        ratings=(Rating(A, LEAD, 0), Rating(B, NURSE, 1), Rating(B, LEAD, 1)),
        efforts={A: NAN, B: NAN},
    )
    assert first_share(product, A) == about(0.4)


def test_what_is_tied_shares_its_rank():
    product = product_of(
        *all_seen(1, nurse=3, lead=2, hospital=1),
        *all_seen(2, nurse=3, lead=2, hospital=1),
        *all_seen(3, nurse=0, lead=0, hospital=0),
    )
    found = drawn(product)

    assert found.requirement_ids.tolist() == [1, 2, 3]
    assert (found.ranks / DRAWS).tolist() == [[1, 0, 0], [1, 0, 0], [0, 0, 1]]
    assert found.within(3).tolist() == [1, 1, 1]
    assert found.usual().tolist() == [[1, 1], [1, 1], [3, 3]]


def test_the_usual_ranks_leave_out_as_many_above_as_below():
    """A is first in 0.4 and second in 0.6 of all draws."""
    product = Product(
        personas=(Persona(NURSE),),
        ratings=(Rating(A, NURSE, 5, "guessed"), Rating(B, NURSE, 3)),
        efforts={A: NAN, B: NAN},
    )
    found = drawn(product)

    assert found.requirement_ids.tolist() == [B, A]
    assert found.usual(0.9).tolist() == [[1, 2], [1, 2]]
    # Of the middle fifth, 0.4…0.6, B is first and A second.
    assert found.usual(0.16).tolist() == [[1, 1], [2, 2]]


@pytest.mark.parametrize("seed", [3, 4, 6])
def test_a_second_program_that_draws_by_itself_agrees(seed):
    """Everything seen, so that only the weighting is drawn; scored by brute_force's formula."""
    product = random_product(seed)
    product = product.having(
        ratings=tuple(
            Rating(requirement, persona.id, (requirement * 7 + persona.id * 5) % 11 - 5)
            for requirement in range(1, 8)
            for persona in product.personas
        ),
        efforts=dict.fromkeys(range(1, 8), NAN),
    )
    formula, draw = formula_of(product), np.random.default_rng(seed)
    spread = 3 ** draw.uniform(-1, 1, (20_000, len(formula.ids)))
    scores = np.rint(
        10_000
        * formula.scores(
            say=draw.uniform(0.5, 0.95, 20_000), importance=formula.importance * spread
        )
    )
    ranks = 1 + (scores[:, None, :] > scores[:, :, None]).sum(axis=2)
    found = drawn(product, draws=20_000)
    for place, requirement in enumerate(found.requirement_ids.tolist()):
        for rank in range(1, 8):
            here = (ranks[:, list(product.efforts).index(requirement)] == rank).mean()
            there = found.ranks[place, rank - 1] / 20_000
            # Two estimates, each with its error.
            assert abs(there - here) <= 5 * sqrt(2 * max(here * (1 - here), 1e-4) / 20_000)


def test_the_same_seed_draws_the_same():
    product = product_of(*all_seen(A, nurse=4, lead=0, hospital=0), Rating(B, LEAD, 5, "guessed"))

    again = drawn(product)
    assert again.ranks.tolist() == drawn(product).ranks.tolist()
    assert drawn(product, seed=7).ranks.tolist() != again.ranks.tolist()
    assert again.ranks.sum(axis=1).tolist() == [DRAWS, DRAWS]


def test_the_steps_tell_how_far_they_are():
    product = product_of(*all_seen(A, nurse=4, lead=0, hospital=0))
    numbers = np.array([A], np.int64)
    inputs = product.policy, personas_of(product), ratings_of(product), numbers, numbers

    told = list(plausible_in_steps(*inputs, draws=200_000, seed=1))

    # By hand: 65,536 cells at a time, of one requirement each.
    assert told == [0.32768, 0.65536, 0.98304, 1]


def test_without_ratings_nothing_is_drawn():
    assert drawn(Product()).within(1).tolist() == []
    assert drawn(Product(efforts={A: NAN})).usual().tolist() == []


def test_what_is_tied_now_has_one_rank():
    product = product_of(
        *all_seen(A, nurse=4), *all_seen(B, nurse=4), *all_seen(13, nurse=1), *all_seen(14, nurse=5)
    )
    found = drawn(product, draws=10)

    assert found.requirement_ids.tolist() == [14, A, B, 13]
    assert found.present.tolist() == [1, 2, 2, 4]
