"""The axioms of docs/score.md on random products, on the integers that are stored.

Where floats keep an axiom exactly it's asserted exactly: rounding is monotone, so whatever
is built of sums and products of monotone terms is. Elsewhere a stored integer may be one off.
"""

from dataclasses import replace

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from prioritisation.scoring import formula
from tests.scoring.product_strategies import VALUES, policies, products
from tests.scoring.properties import axiom, scored
from tests.scoring.scoring_cases import NAN, Persona, Product, Rating


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


def test_reach_goes_by_people_and_not_by_weight():
    # 90 clerks and 10 chiefs whose word is worth nine times as much: equal say, but the
    # product still reaches nine in ten by way of the clerks.
    clerks = Persona(1, headcount=90, installed=90, active=90)
    chiefs = Persona(2, headcount=10, importance=9, installed=10, active=0)
    product = Product(
        (clerks, chiefs, Persona(3, kind="procurer")),
        efforts={1: NAN},
        policy=formula.Policy(assumed_seats=0, gap_emphasis=0),
    )

    assert scored(product).reach.tolist() == [0.9]
