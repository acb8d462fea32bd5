"""Each plausible mistake in the formula is seen by a reference and by a property.

A mutant is the real source with one passage changed, run as a module of its own.
"""

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from prioritisation.scoring import formula, opinions
from tests.scoring import properties
from tests.scoring import test_axioms as axioms
from tests.scoring import test_invariances as invariances
from tests.scoring.scoring_cases import REFERENCE_NAMES, misses

MUTANTS = {
    "no reach": (
        formula,
        "gain(worth) * reach + loss(worth)",
        "worth",
        axioms.test_nobody_pays_for_what_nobody_uses,
    ),
    "losses gated too": (
        formula,
        "gain(worth) * reach + loss(worth)",
        "worth * reach",
        axioms.test_a_payers_loss_is_never_muted,
    ),
    "renormalising over present ratings": (
        formula,
        "        points[:, j] = 100 * weight * worth\n    return points\n",
        "        points[:, j] = 100 * weight * worth\n"
        "    present = add_up((value != 0) * weights.weights)\n"
        "    return points / np.where(present > 0, present, 1.0)[:, None]\n",
        axioms.test_one_seen_point_of_end_users_beats_all_that_payers_gain,
    ),
    "guesses averaged with evidence": (
        opinions,
        "return evidence | ~has_evidence[cell]",
        "return np.ones_like(evidence)",
        invariances.test_guesses_never_outvote_evidence,
    ),
    "confidence ignored": (
        opinions,
        "return held.confidence / 10 * held.mean / HIGHEST_VALUE",
        "return held.mean / HIGHEST_VALUE",
        invariances.test_less_sure_means_less_said,
    ),
    "reach from weights instead of people": (
        formula,
        "people=shares(people, among=users)",
        "people=shares(say, among=users)",
        axioms.test_reach_goes_by_people_and_not_by_weight,
    ),
    "people who also work around it count as won": (
        formula,
        "personas.active - np.nan_to_num(personas.worked_around)",
        "personas.active",
        axioms.test_nobody_pays_for_what_nobody_uses,
    ),
    "contributions rounded one by one": (
        formula,
        "contributions=apportion(points, stored)",
        "contributions=in_units(points)",
        axioms.test_contributions_add_up_exactly,
    ),
    "the range keeps the reach of the score": (
        formula,
        "contributed(weights, value, reached(policy, weights, value))",
        "contributed(weights, value, reached(policy, weights, value - shift))",
        None,
    ),
    "a persona of importance 0 counted": (
        formula,
        "personas.importance[order] > 0",
        "personas.importance[order] > -1",
        invariances.test_somebody_not_counted_changes_nothing,
    ),
}


def module_from(source, name):
    module = ModuleType(name)
    sys.modules[name] = module  # dataclasses look their module up
    exec(compile(source, name, "exec"), module.__dict__)  # noqa: S102
    return module


@pytest.fixture
def mutate(monkeypatch):
    """mutate(module, old, new) is the scoring with one passage of that module changed."""

    def mutate(changed, old, new):
        source = Path(changed.__file__).read_text()
        assert source.count(old) == 1
        name = f"{changed.__name__}_mutant"
        monkeypatch.setitem(sys.modules, name, None)
        mutant = module_from(source.replace(old, new), name)
        if changed is formula:
            return mutant
        whole = module_from(Path(formula.__file__).read_text(), "prioritisation.scoring_mutant")
        for part in ("opinions", "effective_values"):
            setattr(whole, part, getattr(mutant, part))
        return whole

    return mutate


@pytest.mark.parametrize("name", MUTANTS)
def test_a_reference_sees_the_mutant(name, mutate):
    changed, old, new, _ = MUTANTS[name]

    mutant = mutate(changed, old, new)

    assert any(misses(reference, by=mutant) for reference in REFERENCE_NAMES)


@pytest.mark.parametrize("name", [name for name in MUTANTS if MUTANTS[name][3]])
def test_a_property_sees_the_mutant(name, mutate, monkeypatch):
    changed, old, new, axiom = MUTANTS[name]

    monkeypatch.setattr(properties, "module", mutate(changed, old, new))

    with np.errstate(all="ignore"), pytest.raises(AssertionError):
        getattr(axiom, "at_once", axiom)()


@pytest.mark.parametrize("changed", [formula, opinions])
def test_the_source_unchanged_is_no_mutant(changed, mutate, monkeypatch):
    line = '"""'
    source = Path(changed.__file__).read_text()
    first = source[: source.index("\n")]
    assert first.startswith(line)

    same = mutate(changed, first, first)
    monkeypatch.setattr(properties, "module", same)

    assert not any(misses(reference, by=same) for reference in REFERENCE_NAMES)
    axioms.test_nobody_pays_for_what_nobody_uses()
