"""What to ask next: by hand, and against re-scoring answers at 1,000 places of each range."""

from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest

from prioritisation.scoring import formula as scoring
from prioritisation.scoring.next_questions import questions
from tests.scoring.brute_force import formula_of, random_product
from tests.scoring.scoring_cases import (
    NAN,
    Persona,
    Product,
    Rating,
    personas_of,
    ratings_of,
    reference,
)

NURSE, HOSPITAL = 1, 2
STEPS = 1_000


def asked(product, top):
    numbers = np.array(list(product.efforts), np.int64)
    found = questions(
        product.policy, personas_of(product), ratings_of(product), numbers, numbers, top=top
    )
    rows = zip(*vars(found).values(), strict=True)
    return [dict(zip(vars(found), row, strict=True)) for row in rows]


# Worked by hand


def nurses(*ratings, requirements=3):
    """One kind of user and nobody else, so that a score is 100 · ṽ."""
    return Product(
        personas=(Persona(NURSE),),
        ratings=ratings,
        efforts=dict.fromkeys(range(1, requirements + 1), NAN),
    )


def test_a_missing_answer_may_be_anything_and_a_guess_half_of_that():
    """Seen +3: 60. Seen −1: −20. A guess of +2: 20, anywhere from −30 to 70. 1 is passed from
    60 on: (70 − 60)/100; 2 is fallen under below −20: (30 − 20)/100. Nobody rated 4: from −100 to
    100, above 60 in 40 of 200."""
    product = nurses(
        Rating(1, NURSE, 3), Rating(2, NURSE, -1), Rating(3, NURSE, 2, "guessed"), requirements=4
    )

    unrated, guessed = asked(product, top=1)

    assert (unrated["requirement"], unrated["rank"]) == (4, 0)
    assert np.isnan(unrated["guess"])
    assert unrated["top_chance"] == pytest.approx(0.2, abs=1e-6)
    assert unrated["rank_chance"] == 1
    assert (unrated["best"], unrated["worst"]) == (1, 4)
    assert (guessed["requirement"], guessed["guess"]) == (3, 2)
    assert guessed["top_chance"] == pytest.approx(0.1, abs=1e-6)
    assert guessed["rank_chance"] == pytest.approx(0.2, abs=1e-6)
    assert (guessed["rank"], guessed["best"], guessed["worst"]) == (2, 1, 3)


def test_while_the_top_has_room_every_first_answer_enters_it():
    (unrated,) = asked(nurses(Rating(1, NURSE, 3), requirements=2), top=3)

    assert (unrated["requirement"], unrated["top_chance"]) == (2, 1)


def test_an_answer_of_the_user_pays_through_reach_too():
    """λ 0.8, a = 0.4, ρ = 0.5; the hospital saw +5 in requirement 1, nurses guessed 0.
    At an answer x ≥ 0 it scores 80x + 20(0.4 + 0.5·0.6x) = 8 + 86x, at x < 0 8 + 84x. Requirement
    2 has nurses' seen +2, 0.4·80 = 32: reached at 24/86. The range is ∓0.5."""
    product = Product(
        personas=(
            Persona(NURSE, headcount=10, installed=10, active=4, worked_around=0),
            Persona(HOSPITAL, kind="procurer"),
        ),
        ratings=(
            Rating(1, NURSE, 0, "guessed"),
            Rating(1, HOSPITAL, 5),
            Rating(2, NURSE, 2),
            Rating(2, HOSPITAL, 0),
        ),
        efforts={1: NAN, 2: NAN},
        policy=scoring.Policy(end_user_say=0.8, responsiveness=0.5, assumed_seats=0.0),
    )

    (question,) = asked(product, top=1)

    assert question["top_chance"] == pytest.approx(0.5 - 24 / 86, abs=1e-6)
    assert (question["rank"], question["best"], question["worst"]) == (2, 1, 2)


def test_the_reference_is_as_docs_score_works_it_out():
    """The third place is R6's 17.3846; R9's nurses give 79.588x: x from 0.21843. R5 is 1.7318 +
    79.588x with x from −0.1 to 0.9, and falls under R7's 5.3059 at 0.04491."""
    product, *_ = reference("rota")
    still_open = {place: effort for place, effort in product.efforts.items() if place != 8}
    found = {
        (one["requirement"], one["persona"]): one
        for one in asked(product.having(efforts=still_open), top=3)
    }

    assert found[9, 1]["top_chance"] == pytest.approx((1 - 0.21843) / 2, abs=1e-5)
    assert found[5, 1]["top_chance"] == pytest.approx(0.04491 + 0.1, abs=1e-5)
    assert (found[9, 1]["best"], found[9, 1]["worst"]) == (2, 9)


def test_the_answer_most_likely_to_change_the_top_comes_first():
    product = nurses(
        Rating(1, NURSE, 5),
        Rating(2, NURSE, 4, "guessed"),
        Rating(3, NURSE, 1, "guessed"),
        Rating(4, NURSE, 0, "guessed"),
        requirements=4,
    )

    # 40, 10 and 0, each ∓50. The second place is at 40: 3 gets there in 20 of 100, 4 in 10; 2 falls
    # under 10 in 20. 2 and 3 are open alike, so the lower number comes first.
    found = asked(product, top=2)
    assert [question["requirement"] for question in found] == [2, 3, 4]
    assert [round(float(question["top_chance"]), 3) for question in found] == [0.2, 0.2, 0.1]
    # 3 passes 40 or falls under 0, in 20 and 40 of 100; 4 is last, and passes 10 in 40.
    assert [round(float(question["rank_chance"]), 3) for question in found] == [0.2, 0.6, 0.4]


# Brute force


def by_trying(product, formula, requirement, persona, top):
    """(chance to change the top, chance to change the rank, best, worst) by re-scoring."""
    numbers = list(product.efforts)
    row, column = numbers.index(requirement), formula.ids.index(persona)
    given = [r for r in product.ratings if (r.requirement, r.persona) == (requirement, persona)]
    doubt = 0.5 if given else 1.0
    now = formula.value[row, column]
    ends = np.array([now - doubt, now + doubt])
    middles = now - doubt + (np.arange(STEPS) + 0.5) * 2 * doubt / STEPS
    tried = np.repeat(formula.value[[row]], STEPS + 2, axis=0)
    tried[:, column] = np.append(middles, ends)
    outcomes = np.rint(replace(formula, value=tried).scores()[0] * 10_000)
    stored = np.rint(formula.scores()[0] * 10_000)
    others = np.delete(stored, row)[np.delete(formula.rated, row)]

    def standing(own):
        """Of each score tried: the rank, and who is in the top, itself last."""
        scores = np.column_stack([np.repeat(others[None], len(own), axis=0), own])
        ranks = 1 + (scores[:, None, :] > scores[:, :, None]).sum(axis=2)
        return ranks[:, -1], ranks <= top

    if formula.rated[row]:
        (rank,), (members,) = standing(stored[[row]])
    else:
        rank, (members,) = 0, standing(np.array([-np.inf]))[1]
        members[-1] = False
    ranks, tops = standing(outcomes)
    top_chance = (tops[:STEPS] != members).any(axis=1).mean()
    rank_chance = (ranks[:STEPS] != rank).mean()
    return top_chance, rank_chance, ranks[-1], ranks[-2]


def wrongs(seed):
    product, top = random_product(seed), 1 + seed % 4
    formula = formula_of(product)
    found = asked(product, top)
    for one in [found[place] for place in {0, len(found) // 3, len(found) - 1} if found]:
        tried = by_trying(product, formula, one["requirement"], one["persona"], top)
        said = [one[name] for name in ("top_chance", "rank_chance", "best", "worst")]
        # A chance is measured to one step for each place at which something changes.
        if not np.allclose(said, tried, rtol=0, atol=4 / STEPS):
            yield seed, one["requirement"], one["persona"], said, tried


def test_trying_answers_says_the_same_of_random_products():
    assert [wrong for seed in range(40) for wrong in wrongs(seed)] == []


def test_every_open_answer_is_a_question_once():
    for seed in range(40):
        product = random_product(seed)
        formula = formula_of(product)
        known = {
            (rating.requirement, rating.persona)
            for rating in product.ratings
            if rating.basis != "guessed"
        }
        cells = {(number, pk) for number in product.efforts for pk in formula.ids}
        found = [(one["requirement"], one["persona"]) for one in asked(product, 3)]
        assert len(found) == len(set(found))
        assert set(found) == cells - known


def test_ten_thousand_requirements_take_under_a_second():
    draw = np.random.default_rng(7)
    personas = (*(Persona(number, headcount=10.0**number) for number in (1, 2, 3)),)
    personas += (Persona(4, kind="procurer"), Persona(5, kind="advertiser"))
    size, numbers = 30_000, np.arange(10_000)
    ratings = scoring.Ratings(
        id=np.arange(size),
        requirement=draw.integers(0, 10_000, size),
        persona=draw.integers(1, 6, size),
        value=draw.integers(-5, 6, size).astype(float),
        confidence=draw.choice([1, 0.8, 0.5], size),
    )
    policy, people = scoring.Policy(), personas_of(Product(personas))

    began = perf_counter()
    found = questions(policy, people, ratings, numbers, numbers)

    assert len(found.rank) > 25_000
    assert perf_counter() - began < 1
