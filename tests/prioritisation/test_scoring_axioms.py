"""The axioms of DESIGN §3.4 on random products, on the integers that are stored.

Where floats keep an axiom exactly it's asserted exactly: rounding is monotone, so whatever
is built of sums and products of monotone terms is. Elsewhere a stored integer may be one off.
"""

from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from prioritisation import scoring

from . import scoring_cases
from .product_strategies import (
    REQUIREMENTS,
    VALUES,
    a_persona,
    policies,
    products,
    some_ratings,
)
from .scoring_cases import NAN, Persona, Product, Rating, bits

# A mutant of the scoring takes its place here (test_scoring_mutants).
module = scoring

RUN = settings(
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def axiom(*strategies):
    """A property test; its `at_once` stops at the first failure, without looking for a smaller."""

    def decorate(check):
        test = settings(RUN)(given(*strategies)(check))
        test.at_once = settings(RUN, phases=[Phase.generate], report_multiple_bugs=False)(
            given(*strategies)(check)
        )
        return test

    return decorate


SEEN = st.just("seen")


def scored(product, requirements=None):
    return scoring_cases.scored(product, requirements, by=module)


def spread(values, personas, requirement=1):
    return tuple(
        Rating(requirement, persona.id, value)
        for persona, value in zip(personas, values, strict=True)
    )


@axiom(products())
def test_contributions_add_up_exactly(product):
    scores = scored(product)

    assert scores.contributions.sum(axis=1).tolist() == scores.score.tolist()


@axiom(products())
def test_whoever_was_not_asked_adds_nothing(product):
    scores = scored(product)

    assert not scores.contributions[~scores.rated].any()
    assert not scores.unrealised[~scores.rated].any()


@axiom(products())
def test_everything_stays_within_bounds(product):
    scores = scored(product)

    assert (scores.low >= -1_000_000).all()
    assert (scores.low <= scores.score).all()
    assert (scores.score <= scores.high).all()
    assert (scores.high <= 1_000_000).all()
    assert ((scores.reach >= 0) & (scores.reach <= 1)).all()
    assert ((scores.answered >= 0) & (scores.answered <= 1)).all()
    assert (scores.unrealised >= 0).all()
    assert not scores.unrealised[:, scores.weights.is_end_user].any()


@axiom(products(least=1), st.data())
def test_a_higher_rating_never_lowers_anything(product, data):
    assume(product.ratings)
    place = data.draw(st.integers(0, len(product.ratings) - 1))
    rating = product.ratings[place]
    assume(rating.value < 5)
    higher = replace(rating, value=data.draw(st.integers(rating.value + 1, 5)))
    raised = product.having(
        ratings=(*product.ratings[:place], higher, *product.ratings[place + 1 :])
    )

    before, after = scored(product), scored(raised)

    assert (after.score >= before.score).all()
    assert (after.low >= before.low).all()
    assert (after.high >= before.high).all()
    assert (after.reach >= before.reach).all()


@axiom(products(least=2), st.lists(st.tuples(VALUES, VALUES), min_size=6, max_size=6))
def test_what_everybody_wants_as_much_or_more_ranks_as_high(product, pairs):
    pairs = pairs[: len(product.personas)]
    more = spread([max(pair) for pair in pairs], product.personas, requirement=1)
    less = spread([min(pair) for pair in pairs], product.personas, requirement=2)

    scores = scored(product.having(ratings=more + less))

    assert scores.score[0] >= scores.score[1]


@axiom(products(least=1), st.data())
def test_another_requirement_changes_nothing_of_mine(product, data):
    more = data.draw(some_ratings(product.personas, requirements=(4, 5)))
    grown = product.having(
        ratings=product.ratings + more, efforts={**product.efforts, 4: 1.0, 5: 1.0}
    )

    assert bits(scored(product)) == bits(scored(grown, REQUIREMENTS))


@axiom(products(least=2))
def test_an_end_users_lead_beats_what_payers_add(product):
    scores = scored(product)
    weights, lam = scores.weights, product.policy.end_user_say
    users, pays = weights.is_end_user, ~weights.is_end_user
    assume(users.any() and pays.any())
    held = scores.means / 50_000 * scores.confidence / 100
    say = held[:, users] @ weights.weights[users] / lam
    gains = np.maximum(held[:, pays], 0) @ weights.weights[pays] / (1 - lam)
    losses = np.maximum(-held[:, pays], 0) @ weights.weights[pays] / (1 - lam)
    for more in range(3):
        for less in range(3):
            lead = say[more] - say[less] - (gains[less] + losses[more]) * (1 - lam) / lam
            if lead > 1e-4:  # the means here are rounded
                assert scores.score[more] > scores.score[less]


@axiom(products(least=2, policy=policies(least_say=0.85)), st.data())
def test_one_seen_point_of_end_users_beats_all_that_payers_gain(product, data):
    users = [row for row in product.personas if row.kind == "end_user"]
    payers = [row for row in product.personas if row.kind != "end_user"]
    assume(any(row.importance > 0 for row in users))
    wanted = data.draw(st.lists(st.integers(-5, 4), min_size=len(users), max_size=len(users)))
    better = spread([value + 1 for value in wanted], users, requirement=1)
    worse = spread(wanted, users, requirement=2) + spread([5] * len(payers), payers, requirement=2)

    scores = scored(product.having(ratings=better + worse))

    assert scores.score[0] > scores.score[1]


@st.composite
def unused(draw):
    """A product that nobody uses, with a requirement that gives no end user anything."""
    product = draw(products(least=2))
    personas = tuple(
        replace(row, installed=50, active=9, worked_around=9) for row in product.personas
    )
    ratings = tuple(
        replace(row, value=min(row.value, 0)) if _uses(personas, row) else row
        for row in product.ratings
    )
    policy = replace(product.policy, assumed_seats=0.0)
    return product.having(personas=personas, ratings=ratings, policy=policy)


def _uses(personas, rating):
    return any(row.id == rating.persona and row.kind == "end_user" for row in personas)


@axiom(unused())
def test_nobody_pays_for_what_nobody_uses(product):
    scores = scored(product)
    assume(scores.weights.is_end_user.any())

    assert (scores.contributions[:, ~scores.weights.is_end_user] <= 0).all()
    assert not scores.reach.any()


@axiom(products(least=1), st.data())
def test_reach_never_shrinks_as_adoption_grows(product, data):
    seats = tuple(replace(row, installed=100, worked_around=0) for row in product.personas)
    few = data.draw(st.lists(st.integers(0, 100), min_size=len(seats), max_size=len(seats)))
    more = [data.draw(st.integers(active, 100)) for active in few]

    reach = [
        scored(
            product.having(
                personas=tuple(replace(row, active=n) for row, n in zip(seats, active, strict=True))
            )
        ).reach
        for active in (few, more)
    ]

    assert (reach[1] >= reach[0] - 1e-12).all()


@axiom(products(least=1))
def test_a_payers_loss_is_never_muted(product):
    scores = scored(product)
    held = scores.means / 50_000 * scores.confidence / 100
    for place in np.flatnonzero(~scores.weights.is_end_user):
        whole = 1_000_000 * scores.weights.weights[place] * held[:, place]
        lost = held[:, place] < 0
        assert (scores.contributions[lost, place] <= whole[lost] + 11).all()


@axiom(products(least=1))
def test_no_answer_is_as_good_as_a_neutral_one(product):
    answered = {(row.requirement, row.persona) for row in product.ratings}
    neutral = tuple(
        Rating(requirement, persona.id, 0)
        for requirement in REQUIREMENTS
        for persona in product.personas
        if (requirement, persona.id) not in answered
    )

    before, after = scored(product), scored(product.having(ratings=product.ratings + neutral))

    assert before.score.tolist() == after.score.tolist()
    assert before.contributions.tolist() == after.contributions.tolist()
    assert before.reach.tolist() == after.reach.tolist()


@axiom(
    products(least=1),
    VALUES,
    st.lists(st.sampled_from(("seen", "asked", "guessed")), min_size=2, max_size=6),
)
def test_a_second_rating_that_agrees_makes_nothing_vaguer(product, value, bases):
    who = product.personas[0]
    others = tuple(row for row in product.ratings if row.persona != who.id)
    agreeing = tuple(Rating(1, who.id, value, basis) for basis in bases)

    before = scored(product.having(ratings=others + agreeing[:-1]))
    after = scored(product.having(ratings=others + agreeing))

    assert after.low[0] >= before.low[0] - 1
    assert after.high[0] <= before.high[0] + 1
    if who.importance > 0:
        place = before.weights.persona_ids.tolist().index(who.id)
        assert before.means[0, place] == after.means[0, place] == value * 10_000
        assert after.confidence[0, place] >= before.confidence[0, place]


@axiom(products(least=1), VALUES, st.lists(VALUES, min_size=1, max_size=8))
def test_guesses_never_outvote_evidence(product, value, guesses):
    who = product.personas[0]
    others = tuple(row for row in product.ratings if row.persona != who.id)
    known = (*others, Rating(1, who.id, value, "asked"))
    guessed = tuple(Rating(1, who.id, guess, "guessed") for guess in guesses)

    before = scored(product.having(ratings=known))
    after = scored(product.having(ratings=guessed + known))

    assert bits(before) == bits(after)


@axiom(products(least=1, bases=SEEN), st.data())
def test_less_sure_means_less_said(product, data):
    # Not in so many words in §3.4, but monotone and bounds alone don't see confidence at all.
    who = data.draw(st.sampled_from(product.personas))
    assume(who.importance > 0)
    others = tuple(row for row in product.ratings if row.persona != who.id)
    held = [
        scored(product.having(ratings=(*others, Rating(1, who.id, 5, basis))))
        for basis in ("seen", "asked", "guessed")
    ]
    place = held[0].weights.persona_ids.tolist().index(who.id)

    seen, asked, guessed = (scores.contributions[0, place] for scores in held)

    assert seen >= asked >= guessed
    assert asked <= 0.8 * seen + 2
    assert guessed <= 0.5 * seen + 2


@axiom(products(least=1), st.randoms(use_true_random=False))
def test_the_order_of_personas_and_ratings_does_not_matter(product, random):
    shuffled = product.having(
        personas=tuple(random.sample(product.personas, len(product.personas))),
    )
    numbered = list(zip(range(len(product.ratings)), product.ratings, strict=True))
    random.shuffle(numbered)
    reordered = shuffled.having(ratings=tuple(row for _, row in numbered))

    assert bits(scored(product)) == bits(scored(shuffled)) == bits(scored(reordered))


@axiom(products(least=1))
def test_the_names_of_personas_do_not_matter(product):
    renamed = product.having(
        personas=tuple(replace(row, id=100 - row.id) for row in product.personas),
        ratings=tuple(replace(row, persona=100 - row.persona) for row in product.ratings),
    )

    before, after = scored(product), scored(renamed)

    assert (abs(before.score - after.score) <= 1).all()
    assert (abs(before.contributions - after.contributions[:, ::-1]) <= 1).all()


@axiom(products(least=1), st.sampled_from((0.01, 3.0, 1000.0)))
def test_the_unit_of_people_does_not_matter(product, factor):
    sized = tuple(
        row if row.headcount == row.headcount else replace(row, headcount=12)
        for row in product.personas
    )
    scaled = tuple(replace(row, headcount=row.headcount * factor) for row in sized)

    before = scored(product.having(personas=sized))
    after = scored(product.having(personas=scaled))

    assert (abs(before.score - after.score) <= 1).all()
    assert (abs(before.low - after.low) <= 1).all()
    assert (abs(before.high - after.high) <= 1).all()


@axiom(products(least=1), st.sampled_from((0.1, 3.0, 250.0)))
def test_the_unit_of_importance_does_not_matter(product, factor):
    scaled = tuple(replace(row, importance=row.importance * factor) for row in product.personas)

    before, after = scored(product), scored(product.having(personas=scaled))

    assert (abs(before.score - after.score) <= 1).all()


@axiom(products(least=1), st.data())
def test_one_rating_moves_the_score_no_more_than_its_share(product, data):
    who = data.draw(st.sampled_from(product.personas))
    assume(who.importance > 0)
    others = tuple(row for row in product.ratings if row.persona != who.id)
    values = data.draw(VALUES), data.draw(VALUES)

    first, second = (
        scored(product.having(ratings=(*others, Rating(1, who.id, value)))) for value in values
    )

    weights = first.weights
    place = weights.persona_ids.tolist().index(who.id)
    most = weights.weights[place]
    if who.kind == "end_user":  # and by way of reach, what payers gain
        share = (1 - product.policy.end_user_say) * product.policy.responsiveness
        adopted = weights.adoption[place]
        most += share * weights.people[place] * max(adopted, 1 - adopted)
    moved = abs(int(first.score[0]) - int(second.score[0]))
    assert moved <= 1_000_000 * most * abs(values[0] - values[1]) / 5 + 2


@axiom(products(least=1), st.data())
def test_somebody_not_counted_changes_nothing(product, data):
    stranger = replace(data.draw(a_persona(99)), importance=0.0)
    loud = (Rating(1, 99, data.draw(VALUES)), Rating(2, 99, -5))
    joined = product.having(personas=(*product.personas, stranger), ratings=product.ratings + loud)

    assert bits(scored(product)) == bits(scored(joined))


@axiom(products(least=1), st.data())
def test_twins_tie(product, data):
    mine = data.draw(some_ratings(product.personas, requirements=(1,)))
    twins = mine + tuple(replace(row, requirement=2) for row in mine)

    scores = scored(product.having(ratings=twins))

    assert scores.score[0] == scores.score[1]
    assert scores.contributions[0].tolist() == scores.contributions[1].tolist()


def test_reach_goes_by_people_and_not_by_weight():
    # 90 clerks and 10 chiefs whose word is worth nine times as much: equal say, but the
    # product still reaches nine in ten by way of the clerks.
    clerks = Persona(1, headcount=90, installed=90, active=90)
    chiefs = Persona(2, headcount=10, importance=9, installed=10, active=0)
    product = Product(
        (clerks, chiefs, Persona(3, kind="procurer")),
        efforts={1: NAN},
        policy=scoring.Policy(assumed_seats=0, gap_emphasis=0),
    )

    assert scored(product).reach.tolist() == [0.9]
