"""Why scores moved: what each change of the input history did to them.

What a run of one change did is the difference of two stored scores. Only where a run took in
several that concern a requirement are they replayed, from the inputs as they were before it.
"""

from collections import defaultdict
from dataclasses import dataclass

from personas.models import AdoptionReading
from prioritisation.history import steps
from prioritisation.history.inputs_then import event_of, inputs_at
from prioritisation.history.steps import steps_of
from prioritisation.pipeline.snapshots import snapshot
from prioritisation.scoring import attribution
from prioritisation.scoring.attribution import Effect, Replay
from prioritisation.selectors.input_events import Causes, changes_in
from prioritisation.selectors.past_rankings import scores_at


@dataclass(frozen=True, slots=True)
class Movement:
    """How one requirement's stored score came from one version's to another's."""

    before: int
    """Ten-thousandths, like all here; 0 where it wasn't scored yet."""
    after: int
    effects: list
    """replaying.Effects in the order in which they came about."""
    rests: list
    """(version, by, whether one formula computed both scores) of what the history doesn't tell.
    `after − before` is the sum of the effects and these."""
    since: int
    """The version after which the effects begin: there may be too many to tell them all."""
    is_cut: bool = False
    left: int = 0
    """Steps since then that aren't told, where only the weightiest were asked for."""

    @property
    def unexplained(self):
        return sum(by for _version, by, _same_formula in self.rests)


def movements(product, start, end, requirement_ids, *, most=steps.MOST, weightiest=None):
    """Requirement id → its Movement from version `start` to version `end`, where there is any, and
    the Causes that the effects are told with.

    Of each the latest `most` steps are told; of these, if so wished, the `weightiest` alone.
    """
    with snapshot():
        found = steps_of(product, start, end, requirement_ids, most=most)
        told = {pk: _weightiest(taken, weightiest) for pk, (taken, _since) in found.items()}
        found_in = changes_in(
            product.pk,
            {one for taken in told.values() for step in taken for one in step.change_ids},
            list(found),
        )
        causes = Causes(found_in)
        effects = _effects(product, told, causes)
        cut = [pk for pk, (_taken, since) in found.items() if since != start]
        scores = scores_at(product, [start], cut)[start] if cut else {}
    moved = {}
    for pk, (taken, since) in found.items():
        rests = [
            (step.version, rest, step.same_formula)
            for step in told[pk]
            if (rest := step.by - sum(effect.by for effect in effects[pk, step.version]))
        ]
        came_about = [effect for step in told[pk] for effect in effects[pk, step.version]]
        if came_about or rests:
            moved[pk] = Movement(
                before=scores.get(pk, 0) if pk in cut else taken[-1].before,
                after=taken[0].after,
                effects=came_about,
                rests=rests,
                since=since,
                is_cut=since != start,
                left=sum(step.by != 0 for step in taken) - sum(step.by != 0 for step in told[pk]),
            )
    return moved, causes


def _weightiest(taken, count):
    """The steps, oldest first; only so many of the weightiest, if a count is given."""
    kept = taken if count is None else sorted(taken, key=lambda step: -abs(step.by))[:count]
    return sorted(kept, key=lambda step: step.version)


def _effects(product, told, causes):
    """(requirement id, version) → the Effects of that step."""
    found, together = defaultdict(list), defaultdict(list)
    for pk, taken in told.items():
        seen = set()
        for step in taken:
            # One that was rescored before its transaction ended is in two runs: in the later one
            # it can't be told what of it was new.
            new = [one for one in step.change_ids if one not in seen]
            seen.update(new)
            concerned = [one for one in new if causes.of(one, pk)]
            alone = concerned if len(step.change_ids) > 1 else new
            if len(alone) == 1 and step.same_formula:
                if step.by:
                    found[pk, step.version] = [Effect(step.version, alone[0], step.by)]
            elif concerned:
                together[step.runs, step.same_formula].append((pk, step))
    for version, effects in _replayed(product, together, causes):
        for pk, came_about in effects.items():
            found[pk, version] = came_about
    return found


def _replayed(product, together, causes):
    """(version, {requirement id: Effects}) of steps in which several changes concern those
    requirements. `together`: (its runs, whether one formula computed both scores) → (requirement
    id, Step) of each."""
    wanted, tasks = {}, []
    for (runs, same_formula), taken in together.items():
        ids = [pk for pk, _step in taken]
        changes = [
            (run.version, [(one, _of_any(causes, one, ids)) for one in run.change_ids])
            for run in runs
        ]
        known = {}
        if same_formula:
            known["before"] = {pk: step.before for pk, step in taken}
            known["after"] = {pk: step.after for pk, step in taken}
        tasks.append((runs, ids, changes, known))
        readings = sum(one.model is AdoptionReading for one in _flat(changes))
        more, most = wanted.get(runs[0].version - 1, ((), 0))
        wanted[runs[0].version - 1] = ({*more, *ids}, max(most, readings))
    inputs = inputs_at(product.pk, wanted) if wanted else {}
    for runs, ids, changes, known in tasks:
        replay = Replay()
        replay.apply(inputs[runs[0].version - 1])
        first = _first_of_rows(_flat(changes))
        replay.apply(event_of(one.model, one.before) for one in first if one.before)
        events = [
            (
                version,
                [(pk, [event_of(one.model, one.event) for one in told]) for pk, told in every],
            )
            for version, every in changes
        ]
        yield runs[-1].version, attribution.effects(replay, events, ids, **known)


def _of_any(causes, change_id, requirement_ids):
    """The Changes of that id to any of the requirements, or to what counts for all."""
    found = [one for pk in requirement_ids for one in causes.of(change_id, pk)]
    return list({(one.model, one.event.pgh_id): one for one in found}.values())


def _flat(changes):
    return [one for _version, every in changes for _pk, told in every for one in told]


def _first_of_rows(changes):
    """Of each row its first Change among them: what was before it, no other of them made."""
    first = {}
    for change in sorted(changes, key=lambda one: -one.event.pgh_id):
        first[change.model, change.event.pgh_obj_id] = change
    return first.values()
