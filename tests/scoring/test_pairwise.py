"""Why A stands above B, and what would change it: by hand, and against re-scoring."""

from dataclasses import replace

import numpy as np
import pytest

from prioritisation.scoring.pairwise import Order, differences, order_of
from tests.scoring.brute_force import formula_of, random_product
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
from tests.scoring.test_sensitivity import HOSPITAL, NURSE, PRINTOUT, SIGN_ON, rota

LEAST = {"end_user_say": 0.5, "share": 0.0, "adoption": 0.0}
MOST = {"end_user_say": 0.95, "share": 1.0, "adoption": 1.0}


def order(product, one, other):
    return order_of(product.policy, personas_of(product), ratings_of(product), one, other)


# Worked by hand


def test_the_difference_is_what_each_persona_adds_more_or_less():
    """R1 and R6 of reference/rota.json: 83.8335 and 17.3846. Nurses 79.5880 − 15.9176 = 63.6704,
    ward leads 3.2472, the hospital 0.9983, the agency −1.4670: 66.4489."""
    product, _, names, _ = reference("rota")
    scores = scored(product)
    ids = scores.weights.persona_ids.tolist()
    one, other = (dict(zip(ids, scores.contributions[row].tolist(), strict=True)) for row in (0, 5))

    found = differences(one, other)

    assert {names[pk]: points for pk, points in found.items()} == {
        "nurse": 636_704,
        "ward_lead": 32_472,
        "hospital": 9_983,
        "agency": -14_670,
    }
    assert sum(found.values()) == 838_335 - 173_846


def test_who_counts_for_one_alone_is_in_the_difference():
    assert differences({1: 5}, {2: 3}) == {1: 5, 2: -3}


def test_the_smallest_changes_are_those_of_hand_work():
    """Printout 100·0.8·0.2 = 16; sign-on 100·0.2·0.4 = 8. A rating: nurses' 0 for sign-on as +1 is
    16 more, level with 16 at +1 already (24): a tenth of the range; nurses' +1 for the printout
    would have to be 0, which is another tenth. End users' say: level at 2/3, 0.1333 of 0.45.
    Adoption: level at 0.8, 0.4 away. Nobody shares its group's say."""
    found = order(rota(), SIGN_ON, PRINTOUT)

    assert (found.upper, found.lower) == (PRINTOUT, SIGN_ON)
    assert list(found.changes) == ["rating", "end_user_say", "adoption"]
    rating, say, adoption = found.changes.values()
    assert (rating.persona_id, rating.requirement_id, rating.now, rating.to) == (
        NURSE,
        SIGN_ON,
        0,
        1,
    )
    assert rating.size == pytest.approx(0.1)
    assert (say.now, say.to) == (0.8, pytest.approx(2 / 3))
    assert say.size == pytest.approx(0.8 / 0.45 - 2 / 3 / 0.45)
    assert (adoption.persona_id, adoption.now, adoption.to) == (NURSE, 0.4, pytest.approx(0.8))
    assert found.by_size == [rating, say, adoption]


def test_the_printout_and_sign_on_of_the_reference_as_docs_score_works_it_out():
    """R4 is the ward leads' 68·0.0637 = 4.3296, R2 the hospital's 10·reach = 3.3422. Nurses at x:
    68·(1 − x) = 3.3422. λ: 5.0936 λ = 22.2813 (1 − λ). Nurses' adoption a: 68·58.3333 ÷
    (1058.3333 − 500a) = 10·(10a + 0.8333) ÷ 11, so 50000a² − 101666.667a + 34813.889 = 0."""
    product, *_ = reference("rota")
    share, say, rating, adoption = order(product, 2, 4).by_size

    assert (share.kind, share.persona_id, share.to) == (
        "share",
        1,
        pytest.approx(0.95085, abs=1e-5),
    )
    assert (say.kind, say.to) == ("end_user_say", pytest.approx(0.81393, abs=1e-5))
    assert (rating.requirement_id, rating.persona_id, rating.to) == (2, 1, 1)
    root = (101_666.667 - (101_666.667**2 - 4 * 50_000 * 34_813.889) ** 0.5) / 100_000
    assert (adoption.persona_id, adoption.to) == (1, pytest.approx(root, abs=1e-5))


def test_a_guess_that_is_confirmed_counts_as_a_change():
    """60 seen against a guess of +4 that counts 40: seen, +4 is 80, and +3 draws level. From 2 as
    if seen to 3 it's a tenth of the range."""
    product = Product(
        personas=(Persona(NURSE),),
        ratings=(Rating(1, NURSE, 3), Rating(2, NURSE, 4, "guessed")),
        efforts={1: NAN, 2: NAN},
    )
    change = order(product, 1, 2).changes["rating"]

    assert (change.requirement_id, change.now, change.to) == (2, 2, 3)
    assert change.size == pytest.approx(0.1)


def test_where_nothing_allowed_is_enough_it_says_so():
    """Nurses' +5 for the printout is 80 and still 50 at λ = 0.5; sign-on has 20·a. One rating is:
    nurses' 0 for sign-on as +5 is 88; +4, which is 72, is not."""
    product = rota().having(ratings=(Rating(PRINTOUT, NURSE, 5), Rating(SIGN_ON, HOSPITAL, 5)))
    found = order(product, PRINTOUT, SIGN_ON)

    assert found.changes["end_user_say"] is None
    assert found.changes["adoption"] is None
    rating = found.changes["rating"]
    assert (rating.requirement_id, rating.persona_id, rating.to) == (SIGN_ON, NURSE, 5)


def test_level_ones_need_no_change():
    product = rota().having(ratings=(Rating(PRINTOUT, NURSE, 5), Rating(SIGN_ON, NURSE, 5)))

    assert order(product, PRINTOUT, SIGN_ON) == Order(None, None, {})


# Brute force


def wrongs(seed):
    product = random_product(seed)
    stored = dict(zip(product.efforts, scored(product).score.tolist(), strict=True))
    for one, other in ((1, 2), (2, 3), (3, 1)):
        found = order(product, one, other)
        if (found.upper is None) != (stored[one] == stored[other]):
            yield seed, one, other, "level"
        elif found.upper is not None:
            if stored[found.upper] < stored[found.lower]:
                yield seed, one, other, "upside down"
            yield from ((seed, one, other, *wrong) for wrong in wrong_ratings(product, found))
            yield from ((seed, one, other, *wrong) for wrong in wrong_numbers(product, found))


def tells(formula, upper, lower):
    """Stored score of the upper less that of the lower."""
    scores = np.rint(formula.scores()[0] * 10_000)
    return scores[upper - 1] - scores[lower - 1]


def wrong_ratings(product, found):
    """All single ratings, re-scored one by one."""
    formula, enough = formula_of(product), {}
    for requirement in (found.upper, found.lower):
        for j, persona in enumerate(formula.ids):
            for to in range(-5, 6):
                value = formula.value.copy()
                size = abs(to / 5 - value[requirement - 1, j]) / 2
                value[requirement - 1, j] = to / 5
                if tells(replace(formula, value=value), found.upper, found.lower) <= 0:
                    enough[requirement, persona, to] = size
    change = found.changes.get("rating")
    if change is None:
        if enough:
            yield "rating", "missed", enough
        return
    chosen = (change.requirement_id, change.persona_id, change.to)
    if not np.isclose(enough.get(chosen, 9), min(enough.values(), default=9)):
        yield "rating", chosen, enough
    if not np.isclose(enough.get(chosen, 9), change.size):
        yield "rating size", chosen, enough


def wrong_numbers(product, found):
    """On a grid from now to the ends no smaller change is enough; the change found is."""
    formula = formula_of(product)
    for kind in ("share", "end_user_say", "adoption"):
        if kind not in found.changes:
            continue
        change, span = found.changes[kind], MOST[kind] - LEAST[kind]
        reach = 1 if change is None else change.size
        for persona, now in numbers(formula, kind):
            grid = now + span * reach * np.linspace(-0.999, 0.999, 81)
            inside = grid[(grid > LEAST[kind]) & (grid < MOST[kind])]
            gaps = along(formula, kind, persona, inside, found)
            if (gaps < -1e-4).any():
                yield kind, "a smaller one is enough", persona, change
        if change is not None:
            step = np.sign(change.to - change.now) * min(1e-6, abs(change.to - change.now) / 2)
            around = np.array([change.to - step, change.to, change.to + step])
            before, at, after = along(formula, kind, change.persona_id, around, found)
            if not (before >= -1e-9 and abs(at) < 1e-9 and after <= 1e-9):
                yield kind, "not level there", change, before, at, after


def along(formula, kind, persona, values, found):
    scores = formula.along(kind, persona, values)
    return scores[:, found.upper - 1] - scores[:, found.lower - 1]


def numbers(formula, kind):
    """(persona, value now) of every number of the kind."""
    users = formula.users
    if kind == "end_user_say":
        return [] if users.all() else [(None, formula.policy.end_user_say)]
    if kind == "adoption":
        pairs = zip(formula.ids, formula.adoption, users, strict=True)
        return [(pk, now) for pk, now, uses in pairs if uses]
    base = np.where(users, formula._per_importance, 1.0) * formula.importance
    group = [base[users == one].sum() for one in users]
    return [
        (pk, now / whole)
        for pk, now, whole, uses in zip(formula.ids, base, group, users, strict=True)
        if (users == uses).sum() > 1
    ]


def test_re_scoring_says_the_same_of_random_products():
    assert [wrong for seed in range(40) for wrong in wrongs(seed)] == []
