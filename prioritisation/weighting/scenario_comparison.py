"""A product's scenarios beside its order as it is now."""

from dataclasses import dataclass

from prioritisation.presentation.charts.slopes import slopes
from prioritisation.presentation.formatting import NONE, count, number, points
from prioritisation.ranking.preview import ground_of, ranked_under, scores_under
from prioritisation.weighting.overrides import beyond, differences, supposed_by

FIRST = 3
#: how many scenarios the chart shows beside the order now, and how many are shown unasked
MOST_BESIDE, UNASKED = 3, 2
NOW = "Now"


@dataclass(frozen=True)
class Order:
    """The ranked requirements under some weights: {id: rank} and {id: score, ten-thousandths}."""

    ranks: dict
    scores: dict


@dataclass(frozen=True)
class Beside:
    """A scenario, what it supposes, and what that does to the order."""

    scenario: object
    supposed: object
    order: Order
    differences: list
    """What is other than now, in words."""
    moved: int
    """How many requirements would have another rank."""
    ids: list
    """The ranked requirements' in the scenario's order."""
    first: list
    """[(rank, title)] of those that would be first."""
    writes: bool
    """Whether applying it changes anything, and"""
    records: bool
    """whether it records readings."""

    @property
    def words(self):
        if not self.moved:
            return "The order stays as it is."
        return f"{count(self.moved, 'requirement')} would move."


@dataclass(frozen=True)
class Comparison:
    now: Order
    all: list
    """A Beside for each scenario of the product."""
    titles: dict
    """Requirement id → (title, number)."""

    def chosen(self, asked):
        """Those to show: of the ids `asked` for, else the first ones."""
        found = [one for one in self.all if one.scenario.pk in asked]
        return (found or self.all[:UNASKED])[:MOST_BESIDE]

    def chart(self, chosen):
        """The Slopes of the order now and those of the chosen; None where nothing is ranked."""
        if not self.now.ranks or not chosen:
            return None
        orders = [(NOW, self.now.ranks)]
        orders += [(one.scenario.name, one.order.ranks) for one in chosen]
        most = {one for beside in chosen for one in _farthest(self.now.ranks, beside.order.ranks)}
        return slopes(orders, self.titles, most=most)

    def table(self, chosen, limit):
        """[(number, title, [(rank, score) now and in each of the chosen])] in today's order."""
        orders = [self.now, *(one.order for one in chosen)]
        ids = sorted(self.now.ranks, key=lambda one: (self.now.ranks[one], self.titles[one][1]))
        return [
            (
                self.titles[one][1],
                self.titles[one][0],
                [_cell(order, one) for order in orders],
            )
            for one in ids[:limit]
        ]


def compare(product, scenarios=None):
    """The Comparison of the product's scenarios, or of those given, as the inputs are now."""
    ground = ground_of(product)
    titles = {row[0]: (row[2], row[1]) for row in ground.found}
    now = order_under(ground, ground.people)
    if scenarios is None:
        scenarios = product.scenarios.select_related("created_by").prefetch_related("personas")
    return Comparison(now, [_beside(ground, one, now, titles) for one in scenarios], titles)


def order_under(ground, people):
    """The Order of the ground's requirements where its personas are `people`."""
    scores, inputs = scores_under(ground, people), ground.inputs
    _ranked, ranks = ranked_under(inputs, scores)
    ids = inputs.requirement_ids.tolist()
    found = zip(ids, ranks.tolist(), scores.score.tolist(), strict=True)
    found = [(one, int(rank), int(score)) for one, rank, score in found if rank]
    return Order(
        {one: rank for one, rank, _score in found}, {one: score for one, _rank, score in found}
    )


def _beside(ground, scenario, now, titles):
    supposed = supposed_by(scenario, ground.people)
    order = order_under(ground, ground.people.supposing(supposed))
    moved = sum(order.ranks.get(one) != rank for one, rank in now.ranks.items())
    ids = sorted(order.ranks, key=lambda one: (order.ranks[one], titles[one][1]))
    first = [(number(order.ranks[one]), titles[one][0]) for one in ids[:FIRST]]
    told = differences(ground.people, supposed)
    parameters, otherwise = beyond(ground.people, supposed)
    records = bool(otherwise.readings)
    writes = bool(parameters or otherwise.importances or records)
    return Beside(scenario, supposed, order, told, moved, ids, first, writes, records)


def _farthest(before, after, how_many=2):
    """The ids that move farthest, if they move at all."""
    moves = [(abs(rank - after[one]), one) for one, rank in before.items() if one in after]
    moves = sorted((far, one) for far, one in moves if far)
    return [one for _far, one in moves[-how_many:]]


def _cell(order, one):
    """(rank, score); no score of what only those have rated whom the scenario doesn't count."""
    if one not in order.ranks:
        return NONE, ""
    return number(order.ranks[one]), points(order.scores[one])
