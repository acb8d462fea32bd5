"""Why a score moved, in words: each change that did something, by how much, who made it and why."""

from dataclasses import dataclass
from datetime import datetime

from personas.models import Persona
from prioritisation.history.score_changes import movements
from prioritisation.history.sentences import reason_of, words_of
from prioritisation.presentation.formatting import and_join, change, count
from products.input_history import Names

#: changes of one transaction that are told one by one
NAMED = 3
UNTOLD = "changed in the database"
REFORMULATED = "computed by an earlier version of the formula"


@dataclass(frozen=True, slots=True)
class Reason:
    version: int
    by: int
    """What it added to the score, ten-thousandths; the reasons of a movement add up to it."""
    words: str
    who: str
    why: str
    """What was noted with it."""
    at: datetime | None

    @property
    def points(self):
        return change(self.by)

    def __str__(self):
        by_whom = f" ({self.who})" if self.who else ""
        why = f": {self.why}" if self.why else ""
        return f"{self.points} {self.words}{by_whom}{why}"


def why_moved(product, start, end, requirement_ids, **how_much):
    """Requirement id → (movement.Movement, its Reasons in the order in which they came about).

    `how_much`: see `movements`.
    """
    moved, causes = movements(product, start, end, requirement_ids, **how_much)
    tell = _Teller(product, causes)
    return {
        pk: (movement, [tell(effect, pk) for effect in movement.effects] + _rest(movement))
        for pk, movement in moved.items()
    }


class _Teller:
    def __init__(self, product, causes):
        self.causes = causes
        self.names = Names([one.event for one in causes.changes])
        self.people = dict(Persona.objects.filter(product=product).values_list("pk", "name"))

    def __call__(self, effect, requirement_id):
        told = [
            (one, words)
            for one in self.causes.of(effect.change_id, requirement_id)
            if (words := words_of(one, self.people))
        ]
        if not told:
            return Reason(effect.version, effect.by, UNTOLD, "", "", None)
        first = told[0][0]
        words = [words for _one, words in told[:NAMED]]
        if len(told) > NAMED:
            words.append(count(len(told) - NAMED, "more change"))
        return Reason(
            version=effect.version,
            by=effect.by,
            words=and_join(words),
            who=self.names.who(first.event),
            why=next(filter(None, (reason_of(one) for one, _words in told)), ""),
            at=first.event.pgh_created_at,
        )


def _rest(movement):
    return [
        Reason(version, by, UNTOLD if same_formula else REFORMULATED, "", "", None)
        for version, by, same_formula in movement.rests
    ]
