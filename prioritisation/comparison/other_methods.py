"""Other orders of a product's requirements beside its own, as a page and the API tell them."""

from dataclasses import dataclass

import numpy as np

from prioritisation.pipeline.snapshots import snapshot
from prioritisation.presentation.charts.slopes import slopes
from prioritisation.presentation.formatting import NONE, number, ordinal, percent
from prioritisation.scoring import formula
from prioritisation.scoring.other_methods import EQUAL, PAYERS_FIRST, RICE, lenses
from prioritisation.selectors.current_inputs import read_present
from products.models import Requirement

#: in the order of the page
TITLES = {PAYERS_FIRST: "Payers first", EQUAL: "Equal weights", RICE: "RICE"}
WORDS = {
    RICE: (
        "People reached × impact × confidence ÷ effort. Whoever only pays isn’t reached, and"
        " nobody loses. It divides by effort, so it stands beside our value for effort."
    ),
    EQUAL: "Everybody counts alike: however many they are, and whether they use it or pay.",
    PAYERS_FIRST: (
        "Buyers and sponsors have the say that end users have here, {say}, and what they gain"
        " counts in full, whether people use it or not."
    ),
}
MOVED = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """A rated open requirement."""

    requirement_id: int
    number: int
    key: str
    title: str
    effort: float | None


@dataclass(frozen=True)
class Beside:
    """A product's rated open requirements in its own order, and the Lenses of them."""

    rows: list
    """Seens."""
    found: object
    """lenses.Lenses; arrays in the rows' order."""
    say: float

    def title(self, name):
        return TITLES[name]

    def words(self, name):
        return WORDS[name].format(say=percent(self.say))

    def most_moved(self, name):
        """[(row, rank here, rank there)]."""
        lens = self.found.lenses[name]
        return [
            (self.rows[at], int(lens.own[at]), int(lens.rank[at])) for at in lens.most_moved(MOVED)
        ]

    def moved(self, name):
        """The same in words."""
        return [(row, ordinal(here), ordinal(there)) for row, here, there in self.most_moved(name)]

    def table(self, limit):
        """[(row, rank here, per effort, then in each lens)], in words."""
        columns = [self.found.lenses[EQUAL].own, self.found.lenses[RICE].own]
        columns += [self.found.lenses[name].rank for name in TITLES]
        ranks = np.column_stack(columns)[:limit].tolist()
        return [
            (row, [number(rank) if rank else NONE for rank in told])
            for row, told in zip(self.rows[:limit], ranks, strict=True)
        ]

    def chart(self, name):
        """The Slopes from our order to the lens's, of what has a place in both."""
        lens = self.found.lenses[name]
        ours = "Userward, per effort" if name == RICE else "Userward"
        orders = [(ours, _placed(lens.own)), (self.title(name), _placed(lens.rank))]
        names = {at: (row.title, row.number) for at, row in enumerate(self.rows)}
        return slopes(orders, names, most=set(lens.most_moved(MOVED).tolist()))


def _placed(ranks):
    """{index: rank} of those that have one."""
    return {at: int(rank) for at, rank in enumerate(ranks) if rank}


def read_beside(product):
    """The product's Beside, from its inputs as they are now."""
    with snapshot():
        present = read_present(product.pk)
        titles = dict(Requirement.objects.filter(product=product).values_list("pk", "title"))
    ranked = present.is_ranked
    ids, numbers = present.requirement_ids[ranked], present.numbers[ranked]
    scores = formula.score(*present.arguments[:3], ids, present.effort[ranked])
    order = np.lexsort((numbers, -scores.score))
    ids, numbers, effort = ids[order], numbers[order], present.effort[ranked][order]
    rows = [
        Seen(pk, n, f"{product.key}-{n}", titles[pk], None if np.isnan(days) else days)
        for pk, n, days in zip(ids.tolist(), numbers.tolist(), effort.tolist(), strict=True)
    ]
    found = lenses(*present.arguments[:3], ids, effort)
    return Beside(rows, found, present.policy.end_user_say)
