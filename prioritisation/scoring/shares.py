"""Shares of a group's say, and the importances that give them (pure; docs/score.md).

A share is s_i = b_i q_i / Σ b q, with the importance q and what people and adoption make of it
(b_i = N_i^γ (1 + φ(1 − a_i)) among end users, 1 among payers). So importances q'_i = q_i σ_i / s_i
give the shares σ: b_i q'_i is σ_i times a sum that they have in common. Any multiple of them does
too; the one that leaves most importances as they are is taken.

All arguments are dicts by persona id, of one group; shares add up to 1.
"""

from collections import Counter

LEAST, MOST = 1e-6, 1000
#: as far as the database lets importances be apart
TOO_FAR_APART = "Its share can’t be that far from the others’."
#: what whole percentages that were typed may miss together
ROUNDING = 0.011
#: a slider's place has six digits
SAME = 5


class Unfit(ValueError):
    """Shares that can't be had; `persona_id` is whose, and the message says why."""

    def __init__(self, persona_id, message):
        super().__init__(message)
        self.persona_id = persona_id


def completed(now, stated):
    """All shares of the group: the stated ones, and the others in the proportion of `now`."""
    if not stated:
        return now
    total = sum(stated.values())
    left = {persona: share for persona, share in now.items() if persona not in stated}
    if not left:
        if abs(total - 1) > ROUNDING:
            raise Unfit(next(iter(stated)), f"Together these make {total * 100:.4g} %, not 100 %.")
        return {persona: share / total for persona, share in stated.items()}
    if total >= 1 - 1e-9:
        raise Unfit(next(iter(stated)), "That leaves nothing for the others.")
    scale = (1 - total) / sum(left.values())
    return stated | {persona: share * scale for persona, share in left.items()}


def implied_importances(importances, now, wanted):
    """Importances under which the shares are the wanted ones; `importances` are those of `now`.

    Raises Unfit where the database's bounds don't let them be that far apart.
    """
    ratios = {persona: share / now[persona] for persona, share in wanted.items()}
    kept = _most_common(ratios, now)
    found = {
        persona: importances[persona] * _plain(ratio / kept) for persona, ratio in ratios.items()
    }
    scale = min(1, MOST / max(found.values()))
    scale = max(scale, LEAST / min(found.values()))
    farthest = max(found, key=found.get)
    if found[farthest] * scale > MOST * (1 + 1e-9):
        raise Unfit(farthest, TOO_FAR_APART)
    return {persona: min(importance * scale, MOST) for persona, importance in found.items()}


def _most_common(ratios, now):
    """The ratio that most personas share; of as many, that of those with more say, then the
    lowest id's."""
    count, say = Counter(), Counter()
    for persona, ratio in sorted(ratios.items()):
        count[_rounded(ratio)] += 1
        say[_rounded(ratio)] += now[persona]
    best = max(count, key=lambda key: (count[key], say[key]))
    return next(ratio for ratio in ratios.values() if _rounded(ratio) == best)


def _rounded(ratio):
    return float(f"{ratio:.{SAME}g}")


def _plain(ratio):
    return 1 if _rounded(ratio) == 1 else ratio
