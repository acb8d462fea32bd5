"""The best plan there is, with its proof, beside what simpler ways would give (docs/plan.md).

The same problem gives the same plans, unless the time is up.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor

from prioritisation.planning.conflicts import Conflict
from prioritisation.planning.formulation import (
    Floor,
    Found,
    NoPlan,
    allowed,
    at_most,
    fairest,
    least_excess,
    maximise,
    whole_bound,
)
from prioritisation.planning.greedy import by_rank, by_value_for_effort, fill
from prioritisation.planning.highs import Cancelled, Progress, Watch
from prioritisation.planning.instance import Instance, prepare
from prioritisation.planning.plans import (
    Comparison,
    Infeasible,
    Mosts,
    Plan,
    Swap,
    plan_of,
    swap_of,
)
from prioritisation.planning.problem import Group, Key, Problem, exact
from prioritisation.planning.tidying import tidy

__all__ = ["Cancelled", "OutOfTime", "Progress", "solve", "why_not"]


class OutOfTime(Exception):
    """No plan was found in the time given; whether there is one isn't known."""


class _Impossible(Exception):
    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        super().__init__()
        self.answer = Infeasible(conflicts)


def solve(
    problem: Problem,
    *,
    time_limit: float = 60.0,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[Progress], None] = lambda _progress: None,
) -> Comparison | Infeasible:
    """Raises Cancelled soon after `cancelled()` is true, OutOfTime where there is no plan at all
    after `time_limit` seconds; otherwise the best that was found, with its bound."""
    watch = Watch(time_limit, cancelled, progress)
    try:
        instance = _prepared(problem)
        found, mosts = _fair(problem, instance, instance, None, watch)
    except _Impossible as impossible:
        return impossible.answer
    simpler = [
        fill(instance, order) or fill(instance, order, base=found.places) or found.places
        for order in (by_rank(instance), by_value_for_effort(instance))
    ]
    pinned = {key for key, _place in problem.pins}
    return Comparison(
        best=plan_of(problem, instance, found.places, mosts, found.bound),
        by_rank=plan_of(problem, instance, simpler[0], mosts),
        by_value_for_effort=plan_of(problem, instance, simpler[1], mosts),
        without_effort=[
            item.key for item in problem.items if item.effort is None and item.key not in pinned
        ],
        seconds=watch.seconds,
    )


def why_not(
    problem: Problem,
    plan: Plan,
    key: Key,
    *,
    time_limit: float = 60.0,
    cancelled: Callable[[], bool] = lambda: False,
) -> Swap | Infeasible:
    """What it would cost, and push out, to put an item that `plan`, the best, leaves out in it.

    What nobody left out grants to each group stays what it is without the item. Raises what
    `solve` raises."""
    watch = Watch(time_limit, cancelled)
    forced = problem.with_must(key)
    try:
        without, instance = _prepared(problem), _prepared(forced)
        known = Mosts(
            {
                group: int(gain.most * instance.scale)
                for group, gain in plan.groups.items()
                if gain.most is not None
            },
            exact=all(gain.exact for gain in plan.groups.values() if gain.most is not None),
        )
        found, mosts = _fair(forced, instance, without, known, watch)
    except _Impossible as impossible:
        return impossible.answer
    with_it = plan_of(forced, instance, found.places, mosts, found.bound)
    return swap_of(plan, with_it, instance.keys)


def _prepared(problem: Problem) -> Instance:
    instance, conflicts = prepare(problem)
    if instance is None:
        raise _Impossible(conflicts)
    return instance


def _fair(
    problem: Problem, instance: Instance, without: Instance, known: Mosts | None, watch: Watch
) -> tuple[Found, Mosts]:
    """The best plan that leaves nobody out, and by what: `known`, or what can be gained at most
    `without` what is forced into this instance.

    Who already gets enough of what is more than its most gets enough of its most: mostly the best
    plan of all leaves nobody out, and no group needs a plan of its own."""
    free = _best(problem, instance, {}, watch)
    if problem.share is None:
        return free, Mosts({}, exact=False)
    mosts = known or Mosts(
        {group: at_most(without, without.gains[group], watch) for group in problem.protected},
        exact=False,
    )
    if allowed(instance, _floors(problem, instance, mosts.of), free.places):
        return free, mosts
    if not mosts.exact:
        mosts = _mosts(problem, without, watch)
    try:
        return _best(problem, instance, mosts.of, watch), mosts
    except _Impossible:
        if mosts.exact:
            raise
        # Too much was asked for, since what is the most wasn't found in time.
        raise OutOfTime from None


def _mosts(problem: Problem, instance: Instance, watch: Watch) -> Mosts:
    try:
        found = {
            group: maximise(instance, instance.gains[group], watch=watch)
            for group in problem.protected
        }
    except NoPlan as none:
        raise _why(none, problem, instance, {}, watch) from none
    return Mosts(
        {group: each.bound for group, each in found.items()},
        exact=all(each.value == each.bound for each in found.values()),
    )


def _best(problem: Problem, instance: Instance, mosts: Mapping[Group, int], watch: Watch) -> Found:
    floors = _floors(problem, instance, mosts)
    try:
        found = maximise(instance, instance.value, floors, watch=watch)
    except NoPlan as none:
        simple = _simple(instance, floors)
        if simple is None:
            raise _why(none, problem, instance, mosts, watch) from none
        found = simple
    if found.value < found.bound:
        simple = _simple(instance, floors)
        if simple and simple.value > found.value:
            found = Found(simple.places, simple.value, max(found.bound, simple.value))
    return Found(tidy(instance, floors, found.places), found.value, found.bound)


def _floors(problem: Problem, instance: Instance, mosts: Mapping[Group, int]) -> list[Floor]:
    share = exact(problem.share or 0, "A share")
    return [Floor(instance.gains[group], ceil(share * most)) for group, most in mosts.items()]


def _simple(instance: Instance, floors: Sequence[Floor]) -> Found | None:
    """The best of what simpler ways give, for when the time is up."""
    plans = [fill(instance, order(instance)) for order in (by_rank, by_value_for_effort)]
    bound = whole_bound(instance, instance.value)
    return max(
        (
            Found(places, instance.worth(places, instance.value), bound)
            for places in plans
            if places and allowed(instance, floors, places)
        ),
        key=lambda found: found.value,
        default=None,
    )


def _why(
    none: NoPlan, problem: Problem, instance: Instance, mosts: Mapping[Group, int], watch: Watch
) -> Exception:
    if not none.proven:
        return OutOfTime()
    try:
        excess = least_excess(instance, watch)
    except NoPlan:
        return OutOfTime()
    if excess:
        return _Impossible([Conflict("can't be divided", takes=instance.efforts(excess))])
    asked = [(instance.gains[group], most) for group, most in mosts.items() if most]
    places = fairest(instance, asked, watch)
    parts = [Fraction(instance.worth(places, gains), most) for gains, most in asked]
    can_be_had = floor(min(parts) * 100) / 100
    return _Impossible([Conflict("share", takes=float(problem.share or 0), holds=can_be_had)])
