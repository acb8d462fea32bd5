"""What the solver returns is checked before it is believed."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from prioritisation.planning import formulation
from prioritisation.planning.highs import Answer, Model
from prioritisation.planning.problem import Problem
from prioritisation.planning.solver import OutOfTime, solve
from tests.planning.cases import BY_HAND, by_hand, item, planned


def answering(monkeypatch, change):
    """The solver's answers, each changed by `change(answer, turn)`."""
    real, turns = Model.solve, []

    def changed(self, *args, **more):
        turns.append(1)
        return change(real(self, *args, **more), len(turns))

    monkeypatch.setattr(Model, "solve", changed)
    return turns


def everything_first(answer, turn):
    return replace(answer, values=np.ones_like(answer.values)) if turn == 1 else answer


def test_a_plan_that_isnt_allowed_is_forbidden_and_another_sought(monkeypatch):
    turns = answering(monkeypatch, everything_first)

    best = solve(BY_HAND).best

    assert best.releases == {"sign-on": 0, "roles": 0, "dark": 1}
    assert best.proven
    assert len(turns) == 2


def test_a_plan_that_leaves_somebody_out_is_forbidden_too(monkeypatch):
    """Asked for are the best plan, what nurses gain at most, roughly and exactly, and then the best
    that gives them half of it."""

    def out_of_it(answer, turn):
        return replace(answer, values=np.zeros_like(answer.values)) if turn == 4 else answer

    turns = answering(monkeypatch, out_of_it)

    assert solve(by_hand(share=0.5)).best.releases == {"sync": 0, "roles": 1}
    assert len(turns) == 5


def test_where_the_best_plan_leaves_nobody_out_no_group_needs_a_plan_of_its_own(monkeypatch):
    """The second answer is the rough one: nurses gain 11.8 at most, of which 2 is enough."""
    turns = answering(monkeypatch, lambda answer, _turn: answer)

    answer = solve(by_hand(share=0.1))

    assert len(turns) == 2
    assert not answer.best.groups["nurses"].exact
    assert answer.best.groups["nurses"].most >= Fraction("11.8") * 10**4


def test_who_could_gain_what_isnt_found_in_time_isnt_told_that_no_plan_is_fair(monkeypatch):
    def unsure(answer, turn):
        return replace(answer, bound=float("inf"), proven=False) if turn == 3 else answer

    assert solve(by_hand(share=1)).best.groups["nurses"].exact
    answering(monkeypatch, unsure)
    with pytest.raises(OutOfTime):
        solve(by_hand(share=1))


def test_a_solver_that_never_finds_what_is_allowed_is_an_error_and_no_plan(monkeypatch):
    monkeypatch.setattr(formulation, "MAX_FORBIDDEN", 3)
    answering(monkeypatch, lambda answer, _turn: everything_first(answer, 1))

    with pytest.raises(RuntimeError):
        solve(BY_HAND)


def test_a_proof_that_the_value_doesnt_bear_out_is_none(monkeypatch):
    """Once HiGHS called 147.4994 the most, and gave a plan worth 143.9499."""
    answering(monkeypatch, lambda answer, _turn: replace(answer, bound=answer.bound * 1.01))

    best = solve(BY_HAND).best

    assert not best.proven
    assert best.gap == pytest.approx(0.01 / 1.01, rel=1e-4)


@pytest.mark.parametrize("bound", [1e9, float("inf")])
def test_no_bound_is_more_than_everything_at_once(monkeypatch, bound):
    def unsure(answer, _turn):
        return Answer(answer.values, bound=bound, proven=False)

    answering(monkeypatch, unsure)

    assert solve(BY_HAND).best.bound == 17 * 10**4 + 16 * 10**4 + 14 * 10**4 + 2 * 10**4


def test_a_simple_plan_is_taken_where_what_was_found_in_time_is_worse(monkeypatch):
    def nothing_in_it(answer, _turn):
        return replace(answer, values=np.zeros_like(answer.values), proven=False)

    answering(monkeypatch, nothing_in_it)

    assert solve(BY_HAND).best.releases == {"sign-on": 0, "roles": 0, "dark": 1}


def test_of_musts_what_is_due_first_is_placed_first_out_of_time_too(monkeypatch):
    answering(monkeypatch, lambda answer, _turn: replace(answer, values=None, proven=False))

    late = [item(f"late {n}", 1, 2, must_by=2) for n in (1, 2)]
    best = solve(Problem([*late, item("soon", 1, 2, must_by=1)], [2, 2, 2])).best

    # All worth the same, so the better ranked then came first.
    assert best.releases == {"late 1": 0, "soon": 1, "late 2": 2}


def test_no_plan_found_in_time_gives_a_simple_one(monkeypatch):
    answering(monkeypatch, lambda answer, _turn: replace(answer, values=None, proven=False))

    best = solve(BY_HAND).best

    assert best.releases == {"sign-on": 0, "roles": 0, "dark": 1}
    assert not best.proven


def test_out_of_time_before_any_plan_it_isnt_said_that_there_is_none(monkeypatch):
    """Musts that fit as 6 + 4 and 5 + 3 + 2: placed one by one as they come, they don't."""
    musts = [item(str(effort), effort=effort, must_by=1) for effort in (2, 3, 4, 5, 6)]
    assert len(planned(*musts, holds=[10, 10])) == 5

    answering(monkeypatch, lambda answer, _turn: replace(answer, values=None, proven=False))
    with pytest.raises(OutOfTime):
        solve(Problem(musts, [10, 10]))


def test_simpler_ways_keep_what_is_demanded_where_it_fits():
    """Placed as they come these musts don't fit; they are where the best plan has them."""
    musts = [item(str(effort), effort=effort, must_by=1) for effort in (2, 3, 4, 5, 6)]

    others = item("large", 3, 1), item("small", 2, 0.5), item("other", 2, 0.5)
    answer = solve(Problem([*others, *musts], [11, 10]))

    assert {"small", "other"} < set(answer.best.releases)
    assert set(answer.by_rank.releases) == {"large", "2", "3", "4", "5", "6"}


def test_where_time_runs_out_over_the_reasons_none_is_made_up(monkeypatch):
    """That there is no plan is proven; by how much it is too much isn't found in time."""
    musts = [item(letter, effort=3, must_by=1) for letter in "abc"]

    def out_of_time(answer, turn):
        return replace(answer, bound=float("inf"), proven=turn == 1)

    answering(monkeypatch, out_of_time)
    with pytest.raises(OutOfTime):
        solve(Problem(musts, [5, 5]))
