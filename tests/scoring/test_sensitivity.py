"""How far the weighting may move before the order changes: by hand, and against brute force."""

import itertools
import os
from dataclasses import replace

import numpy as np
import pytest

from prioritisation.scoring.formula import Policy
from prioritisation.scoring.score_curves import first_change
from prioritisation.scoring.sensitivity import Flip, sensitivity
from tests.scoring.brute_force import formula_of, random_product
from tests.scoring.scoring_cases import (
    NAN,
    Persona,
    Product,
    Rating,
    personas_of,
    ratings_of,
    scored,
)

#: They take seven seconds; ten thousand were compared once, by SENSITIVITY_PRODUCTS=10000.
PRODUCTS = int(os.environ.get("SENSITIVITY_PRODUCTS", 1_000))
BEYOND = 1e-6
GRID = np.linspace(0, 1, 41)


def standings(product):
    numbers = np.array(list(product.efforts), np.int64)
    found = sensitivity(product.policy, personas_of(product), ratings_of(product), numbers, numbers)
    return {standing.top: standing for standing in found}


def holds(standing):
    return {(hold.parameter.kind, hold.parameter.persona_id): hold for hold in standing.holds}


# Worked by hand


NURSE, LEAD, HOSPITAL, AGENCY = 1, 2, 3, 4
PRINTOUT, SIGN_ON = 11, 12


def rota():
    """200 nurses, of whom 40 % use it, and a hospital. No requirement moves adoption.

    Printout: nurses +1 (0.2), hospital 0. Single sign-on: nurses 0, hospital +5 (1).
    At end users' say λ and nurses' adoption a: printout 100·λ·0.2, sign-on 100·(1 − λ)·a.
    """
    return Product(
        personas=(
            Persona(NURSE, headcount=200, installed=100, active=40, worked_around=0),
            Persona(HOSPITAL, kind="procurer"),
        ),
        ratings=(
            Rating(PRINTOUT, NURSE, 1),
            Rating(SIGN_ON, NURSE, 0),
            Rating(SIGN_ON, HOSPITAL, 5),
        ),
        efforts={PRINTOUT: NAN, SIGN_ON: NAN},
        policy=Policy(end_user_say=0.8, gap_emphasis=1.0, responsiveness=0.0, assumed_seats=0.0),
    )


def test_sign_on_overtakes_the_printout_where_hand_work_says():
    first = standings(rota())[1]
    by = holds(first)

    assert first.members == (PRINTOUT,)
    # 0.2 λ = 0.4 (1 − λ)  →  λ = 2/3
    say = by["end_user_say", None]
    assert (say.low, say.high) == (pytest.approx(2 / 3), 0.95)
    assert (say.below, say.above) == (Flip(riser=SIGN_ON, faller=PRINTOUT), None)
    # 0.2 · 0.8 = 0.2 a  →  a = 0.8
    adoption = by["adoption", NURSE]
    assert (adoption.low, adoption.high) == (0, pytest.approx(0.8))
    assert adoption.above == Flip(riser=SIGN_ON, faller=PRINTOUT)
    # Nobody else uses it, nobody else pays: their shares can't move.
    assert set(by) == {("end_user_say", None), ("adoption", NURSE)}
    assert (first.margin, first.verdict) == (pytest.approx(0.8 - 2 / 3), "robust")


def test_adoption_enters_by_the_gap_and_by_reach_at_once():
    """Ward leads (200 too, all of whom use it) value sign-on at +1, and φ = 1. With nurses at a:
    s = (2 − a)/(3 − a) for nurses, 1/(3 − a) for leads; reach (a + 1)/2.
    100·[0.8·0.2·(2 − a) = 0.8·0.2 + 0.2·(3 − a)(a + 1)/2]  →  5a² − 18a + 1 = … by hand:
    0.16(2 − a) = 0.16 + 0.1(3 + 2a − a²)  →  0.1a² − 0.36a − 0.14 = 0  →  no root in 0…1: sign-on
    is first anyway; with hospital +1 (0.2): 0.02a² − 0.2a + 0.1 = 0 → a = 5 − √20 = 0.52786.
    """
    product = rota().having(
        personas=(
            *rota().personas,
            Persona(LEAD, headcount=200, installed=100, active=100, worked_around=0),
        ),
        ratings=(
            Rating(PRINTOUT, NURSE, 1),
            Rating(SIGN_ON, LEAD, 1),
            Rating(SIGN_ON, HOSPITAL, 1),
        ),
    )
    adoption = holds(standings(product)[1])["adoption", NURSE]

    assert (adoption.low, adoption.high) == (0, pytest.approx(5 - 20**0.5, abs=1e-12))
    assert adoption.above == Flip(riser=SIGN_ON, faller=PRINTOUT)


def test_a_share_holds_until_the_others_outweigh_it():
    """Two buyers share 0.2 of the say; a = 0.4 of what they gain counts. Printout 16; sign-on
    100·0.2·0.4·(hospital's share), at most 8: holds. With nurses at 0: at share x sign-on is 8x and
    the agency's wish, +2 of 5, 8·0.4·(1 − x): level at x = 0.4/1.4 = 2/7."""
    product = rota().having(
        personas=(*rota().personas, Persona(AGENCY, kind="other")),
        ratings=(
            Rating(PRINTOUT, AGENCY, 2),
            Rating(SIGN_ON, HOSPITAL, 5),
        ),
    )
    by = holds(standings(product)[1])

    assert (by["share", HOSPITAL].low, by["share", HOSPITAL].high) == (pytest.approx(2 / 7), 1)
    assert by["share", HOSPITAL].below == Flip(riser=PRINTOUT, faller=SIGN_ON)
    assert (by["share", AGENCY].low, by["share", AGENCY].high) == (0, pytest.approx(5 / 7))
    assert by["end_user_say", None].margin == float("inf")


def test_all_who_are_tied_with_the_kth_are_the_top_k():
    product = Product(
        personas=(Persona(NURSE), Persona(LEAD)),
        ratings=(
            Rating(1, NURSE, 4),
            Rating(1, LEAD, 4),
            Rating(2, NURSE, 5),
            Rating(2, LEAD, 3),
            Rating(3, NURSE, 1),
        ),
        efforts=dict.fromkeys((1, 2, 3, 4), NAN),
    )
    by = standings(product)

    # 80 and 80, then 10, and 4 isn't rated. The two may part: 2 is below 1 where nurses have less.
    assert by[1].members == (1, 2)
    assert by[None].members == (1, 2, 3)
    assert set(by) == {1, None}
    assert [hold.margin for hold in by[None].holds] == [float("inf")] * 4


def test_nothing_is_said_of_fewer_than_two():
    one = rota().having(ratings=(Rating(PRINTOUT, NURSE, 1),))

    assert standings(one) == {}
    assert standings(Product()) == {}


@pytest.mark.parametrize(
    ("now", "slope", "bend", "expected"),
    [
        (2, -1, 0, 2),
        (2, 1, 0, np.inf),
        (3, 2, -1, 3),  # −(d − 3)(d + 1)
        (3, -2, -1, 1),  # −(d + 3)(d − 1)
        (3, -4, 1, 1),  # (d − 1)(d − 3)
        (1, -2, 1, np.inf),  # (d − 1)²: only touches
        (1, 0, 1, np.inf),
        (4, 0, -1, 2),
        (0, -1, 0, 0),
        (0, 1, 0, np.inf),
        (0, 1, -1, 1),
        (0, 0, 0, np.inf),
        (0, 0, -1, 0),
        (1, -1, 1e-30, 1),  # without cancellation
        (1, 1e8, -1e-8, 1e16),
    ],
)
def test_the_first_change_of_sign(now, slope, bend, expected):
    arrays = (np.array([float(number)]) for number in (now, slope, bend))

    assert first_change(*arrays)[0] == pytest.approx(expected, rel=1e-12)


# Against brute force


def wrongs(product, standing):
    """What brute force sees otherwise than the closed form."""
    formula = formula_of(product)
    numbers = np.array(list(product.efforts))
    inside = np.isin(numbers, standing.members)
    split = [inside, formula.rated & ~inside] if standing.top else levels(product, inside)
    for hold in standing.holds:
        for wrong in hold_wrongs(formula, hold, split, numbers):
            yield standing.top, hold, wrong


def levels(product, ranked):
    """A mask for each stored score, highest first."""
    stored = scored(product).score
    return [ranked & (stored == level) for level in sorted({*stored[ranked]}, reverse=True)]


def hold_wrongs(formula, hold, split, numbers):
    parameter = hold.parameter

    def scores(*values):
        # A persona without any importance isn't counted: 0 and 1 are limits.
        nearly = np.clip(values, 1e-12, 1 - 1e-12)
        return formula.along(parameter.kind, parameter.persona_id, nearly)

    def gaps(*values):
        found = scores(*values)
        pairs = itertools.pairwise(split)
        gaps = [found[:, up].min(axis=1) - found[:, down].max(axis=1) for up, down in pairs]
        return np.min(gaps, axis=0) if gaps else np.ones(len(found))

    if not parameter.least <= hold.low <= parameter.now <= hold.high <= parameter.most:
        yield "out of order"
    if gaps(*(hold.low + GRID * (hold.high - hold.low))).min() < -1e-9:
        yield "changes inside"
    for end, flip, step in ((hold.low, hold.below, -BEYOND), (hold.high, hold.above, BEYOND)):
        if flip is None:
            if end != (parameter.least if step < 0 else parameter.most):
                yield "ends without a reason"
            continue
        pair = [int(np.flatnonzero(numbers == one)[0]) for one in (flip.riser, flip.faller)]
        at, beyond = scores(end, end + step)[:, pair]
        if abs(at[0] - at[1]) > 1e-9:
            yield f"not level at {end}: {at}"
        if parameter.least <= end + step <= parameter.most and not (
            beyond[0] > beyond[1] and gaps(end + step) < 0
        ):
            yield f"no change beyond {end}: {beyond}"


def test_brute_force_says_the_same_of_random_products(monkeypatch):
    compared, wrong = 0, []
    for seed in range(PRODUCTS):
        # These products are small: every other one is worked on as the largest are.
        monkeypatch.setattr("prioritisation.scoring.sensitivity.NEAR", 1 if seed % 2 else 64)
        monkeypatch.setattr("prioritisation.scoring.sensitivity.PAIRS", 16 if seed % 2 else 1 << 15)
        product = random_product(seed)
        for standing in standings(product).values():
            wrong += [(seed, *one) for one in wrongs(product, standing)]
            compared += len(standing.holds)

    assert wrong == []
    assert compared > 10 * PRODUCTS


@pytest.mark.parametrize("seed", range(0, 100, 5))
def test_brute_force_scores_as_the_scoring_does(seed):
    product = random_product(seed)
    formula = formula_of(product)

    def score(policy=product.policy, personas=product.personas):
        return scored(product.having(policy=policy, personas=personas)).score / 10_000

    np.testing.assert_allclose(formula.scores()[0], score(), atol=6e-5)
    if not formula.users.all():
        along = formula.along("end_user_say", None, np.array([0.6]))[0]
        np.testing.assert_allclose(
            along, score(policy=replace(product.policy, end_user_say=0.6)), atol=6e-5
        )
    for persona in product.personas:
        if persona.importance and persona.installed > 0 and persona.kind == "end_user":
            believed = product.policy.assumed_seats * product.policy.assumed_adoption
            loyal = 0.3 * (persona.installed + product.policy.assumed_seats) - believed
            read = replace(persona, active=loyal, worked_around=0)
            moved = tuple(read if one is persona else one for one in product.personas)
            along = formula.along("adoption", persona.id, np.array([0.3]))[0]
            np.testing.assert_allclose(along, score(personas=moved), atol=6e-5)
        group = formula.users == (persona.kind == "end_user")
        if persona.importance and group.sum() > 1:
            share = share_of(product, persona, 3 * persona.importance)
            along = formula.along("share", persona.id, np.array([share]))[0]
            weightier = replace(persona, importance=3 * persona.importance)
            moved = tuple(weightier if one is persona else one for one in product.personas)
            np.testing.assert_allclose(along, score(personas=moved), atol=6e-5)


def share_of(product, persona, importance):
    """The persona's share of its group's say with this importance, from the scoring's weights."""
    weightier = replace(persona, importance=importance)
    moved = tuple(weightier if one is persona else one for one in product.personas)
    weights = scored(product.having(personas=moved)).weights
    mine = weights.persona_ids == persona.id
    group = weights.is_end_user == weights.is_end_user[mine]
    return float(weights.weights[mine][0] / weights.weights[group].sum())
