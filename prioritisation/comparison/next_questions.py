"""What a product's page and API say about what to ask next: read as it is now, in words."""

from dataclasses import dataclass

import numpy as np

from prioritisation.pipeline.snapshots import snapshot
from prioritisation.presentation.formatting import ordinal, percent, signed
from prioritisation.ranking.unserved import FIRST, starving_words
from prioritisation.scoring import formula
from prioritisation.scoring.flags import starved
from prioritisation.scoring.next_questions import TOP, questions
from prioritisation.selectors.current_inputs import read_present
from products.models import Requirement


@dataclass(frozen=True, slots=True)
class Question:
    requirement_id: int
    number: int
    title: str
    persona_id: int
    name: str
    kind: str
    guess: float | None
    """What is guessed, −5…5; None where it's missing."""
    top_chance: float
    rank_chance: float
    rank: int | None
    best: int
    worst: int

    @property
    def known(self):
        if self.guess is None:
            return "missing"
        return f"guessed {signed(self.guess, 0 if self.guess == round(self.guess) else 1)}"

    @property
    def chance(self):
        return percent(self.top_chance)

    @property
    def effect(self):
        """What the answer could do to the place of its requirement."""
        best, worst = ordinal(self.best), ordinal(self.worst)
        if self.rank is None:
            return f"could come in {best}" + (f" to {worst}" if best != worst else "")
        now = ordinal(self.rank)
        if self.best < self.rank:
            fall = f", or drop it to {worst}" if self.worst > self.rank else ""
            return f"could lift it from {now} to {best}{fall}"
        return f"could drop it from {now} to {worst}" if self.worst > self.rank else f"stays {now}"

    @property
    def sentence(self):
        return f"Ask {self.name} about “{self.title}”: {self.effect}."


@dataclass(frozen=True, slots=True)
class Asking:
    standing: object
    top: int
    """k: whose change is asked about."""
    questions: list
    """The first Questions, the most useful first."""
    for_top: int
    """How many answers could change the top."""
    for_rank: int
    """How many more could change a rank."""
    without_effect: int
    starved: list
    """(persona id, name) of those to whom nothing in the top ten is worth more than +1."""
    ranked: int

    @property
    def what(self):
        """What an answer should change."""
        return "what is first" if self.top == 1 else f"the top {self.top}"

    @property
    def first(self):
        """Questions that could change the top."""
        return [question for question in self.questions if question.top_chance]

    @property
    def further_down(self):
        return [one for one in self.questions if one.rank_chance and not one.top_chance]

    @property
    def starving(self):
        """The same as a sentence, or empty."""
        return starving_words([name for _pk, name in self.starved], self.ranked)


def read_asking(product, *, top=TOP, limit=20):
    """The product's Asking, from its inputs as they are now."""
    with snapshot():
        present = read_present(product.pk)
        found = questions(*present.arguments, top=top)
        for_top = found.top_chance > 0
        for_rank = ~for_top & (found.rank_chance > 0)
        return Asking(
            standing=present.standing,
            top=top,
            questions=_first(found, present, limit),
            for_top=int(for_top.sum()),
            for_rank=int(for_rank.sum()),
            without_effect=int((~for_top & ~for_rank).sum()),
            starved=[(pk, present.names[pk][0]) for pk in _starved(present)],
            ranked=present.ranked,
        )


def count_for_top(product_id, *, top=TOP):
    """How many answers could change the top."""
    return int((questions(*read_present(product_id).arguments, top=top).top_chance > 0).sum())


def _first(found, present, limit):
    ids = found.requirement[:limit].tolist()
    named = Requirement.objects.filter(pk__in=ids).values_list("pk", "number", "title")
    titles = {pk: (number, title) for pk, number, title in named}
    return [
        Question(
            requirement_id=pk,
            number=titles[pk][0],
            title=titles[pk][1],
            persona_id=int(found.persona[place]),
            name=present.names[int(found.persona[place])][0],
            kind=present.names[int(found.persona[place])][1],
            guess=None if np.isnan(found.guess[place]) else float(found.guess[place]),
            top_chance=float(found.top_chance[place]),
            rank_chance=float(found.rank_chance[place]),
            rank=int(found.rank[place]) or None,
            best=int(found.best[place]),
            worst=int(found.worst[place]),
        )
        for place, pk in enumerate(ids)
    ]


def _starved(present):
    policy, personas, ratings, ids, numbers = present.arguments
    scores = formula.score(policy, personas, ratings, ids, np.full(len(ids), np.nan))
    order = np.lexsort((numbers, -scores.score))
    first = order[scores.answered[order] > 0][:FIRST]
    return starved(scores.means[first], scores.rated[first], scores.weights.persona_ids)
