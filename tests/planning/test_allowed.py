"""Whatever is asked, no plan breaks a rule; and where there is none, it is said why."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from prioritisation.planning.conflicts import sentence
from prioritisation.planning.plans import Infeasible
from prioritisation.planning.problem import Item, Problem
from prioritisation.planning.solver import solve

EFFORTS = st.none() | st.decimals(0, 20, places=2) | st.sampled_from([0.1, 0.2, 0.3, 1e6])
GAINS = st.dictionaries(st.sampled_from(["nurses", "managers"]), st.integers(-50_000, 50_000))


@st.composite
def problems(draw):
    """Up to four releases; needs go any way, so sometimes in a circle."""
    count, releases = draw(st.integers(0, 15)), draw(st.integers(0, 4))
    keys = st.integers(0, max(count - 1, 0))
    items = [
        Item(
            key,
            value=draw(st.integers(-50_000, 50_000)),
            effort=draw(EFFORTS),
            needs=tuple(draw(st.lists(keys, max_size=2))) if draw(st.booleans()) else (),
            must_by=draw(st.none() | st.none() | st.integers(-1, 4)),
            gains=draw(GAINS),
        )
        for key in range(count)
    ]
    places = st.integers(0, max(releases - 1, 0))
    pins = st.lists(st.tuples(keys, places), max_size=3 if count and releases else 0)
    capacities = st.none() | st.decimals(0, 60, places=1)
    return Problem(
        items,
        draw(st.lists(capacities, min_size=releases, max_size=releases)),
        draw(pins),
        protected=["nurses", "managers"],
        share=draw(st.none() | st.sampled_from([0, 0.3, 1])),
    )


@settings(max_examples=120, deadline=None)
@given(problems())
def test_no_plan_breaks_a_rule_and_no_refusal_is_without_a_reason(problem):
    answer = solve(problem)
    if isinstance(answer, Infeasible):
        assert answer.conflicts
        assert all(sentence(c, str, str).endswith(".") for c in answer.conflicts)
        return
    assert answer.best.proven
    for plan in (answer.best, answer.by_rank, answer.by_value_for_effort):
        assert broken(problem, plan) == []
        assert plan.value <= answer.best.value or problem.share
    for gain in answer.best.groups.values():
        if problem.share is not None:
            assert gain.gained >= Fraction(str(problem.share)) * gain.most


def broken(problem, plan):
    """The rules that a plan breaks, in words; written anew, from the rules."""
    place, none = plan.releases, len(problem.capacities)
    wrong = [f"{key} isn't where it is pinned" for key, at in problem.pins if place.get(key) != at]
    pinned = {key for key, _at in problem.pins}
    for item in problem.items:
        at = place.get(item.key, none)
        if item.must_by is not None and at > min(item.must_by, none - 1):
            wrong.append(f"{item.key} is late")
        if at < none and item.effort is None and item.key not in pinned:
            wrong.append(f"{item.key} has no effort")
        wrong += [
            f"{item.key} comes before {need}"
            for need in item.needs
            if at < none and place.get(need, none) > at
        ]
    for at, capacity in enumerate(problem.capacities):
        inside = [item.effort or 0 for item in problem.items if place.get(item.key) == at]
        used = sum(Fraction(str(effort)) for effort in inside)
        if capacity is not None and used > Fraction(str(capacity)):
            wrong.append(f"release {at} holds {used} of {capacity}")
    return wrong


def test_the_control_a_broken_rule_is_found():
    problem = Problem(
        [
            Item("a", 1, 0.1, needs=("b",)),
            Item("b", 1, 0.2),
            Item("c", 1, None, must_by=0),
            Item("d", 1, 0.11),
        ],
        [0.2, 9],
        pins=[("d", 1)],
    )

    class Wrong:
        releases = {"a": 0, "b": 1, "c": 1, "d": 0}

    assert broken(problem, Wrong) == [
        "d isn't where it is pinned",
        "a comes before b",
        "c is late",
        "c has no effort",
        "release 0 holds 21/100 of 0.2",
    ]
