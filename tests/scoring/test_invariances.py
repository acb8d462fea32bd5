"""What must not matter to a score, and what evidence does to it: axioms of docs/score.md."""

from dataclasses import replace

from hypothesis import assume
from hypothesis import strategies as st

from tests.scoring.product_strategies import REQUIREMENTS, VALUES, a_persona, products, some_ratings
from tests.scoring.properties import axiom, scored
from tests.scoring.scoring_cases import Rating, bits

SEEN = ("seen",)


@axiom(products(least=1), st.data())
def test_another_requirement_changes_nothing_of_mine(product, data):
    more = data.draw(some_ratings(product.personas, requirements=(4, 5)))
    grown = product.having(
        ratings=product.ratings + more, efforts={**product.efforts, 4: 1.0, 5: 1.0}
    )

    assert bits(scored(product)) == bits(scored(grown, REQUIREMENTS))


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
    # Monotone and bounds alone don't see confidence at all.
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
