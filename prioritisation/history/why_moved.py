"""Why a score moved, in words: each change that did something, by how much, who made it and why."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from personas.models import Persona
from prioritisation.history.cause_words import reason_of, words_of
from prioritisation.history.causes import changes_in
from prioritisation.history.movement import movements
from prioritisation.wording import and_join, change, count
from products.input_history import Names
from products.models import Requirement

#: changes of one transaction that are told one by one
NAMED = 3


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


def why_moved(product, start, end, requirement_ids):
    """Requirement id → (movement.Movement, its Reasons in the order in which they came about)."""
    moved = movements(product, start, end, requirement_ids)
    change_ids = {effect.change_id for movement in moved.values() for effect in movement.effects}
    tell = _Teller(product, change_ids, requirement_ids)
    return {
        pk: (movement, [tell(effect, pk) for effect in movement.effects] + _rest(movement, end))
        for pk, movement in moved.items()
    }


class _Teller:
    def __init__(self, product, change_ids, requirement_ids):
        changes = changes_in(product.pk, change_ids, requirement_ids)
        self.names = Names([one.event for one in changes])
        self.people = dict(Persona.objects.filter(product=product).values_list("pk", "name"))
        self.of = defaultdict(list)
        for one in changes:
            self.of[one.event.pgh_change_id].append(one)

    def __call__(self, effect, requirement_id):
        told = [
            (one, words)
            for one in self.of[effect.change_id]
            if _concerns(one, requirement_id) and (words := words_of(one, self.people))
        ]
        if not told:
            return Reason(effect.version, effect.by, "changed in the database", "", "", None)
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


def _concerns(one, requirement_id):
    """Whether a causes.Change is of the requirement, or of what counts for all of them."""
    if one.model is Requirement:
        return one.event.pgh_obj_id == requirement_id
    return getattr(one.event, "requirement_id", requirement_id) == requirement_id


def _rest(movement, version):
    if not movement.unexplained:
        return []
    words = "computed by an earlier version of the formula"
    return [Reason(version, movement.unexplained, words, "", "", None)]
