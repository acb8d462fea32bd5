"""Random products that are small enough for every plan of them to be looked at."""

from prioritisation.planning.problem import Item, Problem

GROUPS = ("nurses", "managers")


def small_product(draw):
    """≤ 12 requirements, two releases; with needs, must do, pins, sometimes nobody left out, an
    unknown effort, a release that holds nothing or anything."""
    count = draw.randint(1, 12)
    order = draw.sample(range(count), count)  # each needs only what stands before it here
    pins = [(key, draw.randint(0, 1)) for key in range(count) if draw.random() < 0.08]
    items = [_item(draw, key, order[: order.index(key)]) for key in range(count)]
    total = sum(item.effort or 0 for item in items)
    share = draw.choice([None, 0, 0.25, 0.5, 0.9, 1])
    return Problem(
        items=items,
        capacities=[_capacity(draw, total), _capacity(draw, total)],
        pins=pins,
        protected=GROUPS if share is not None else (),
        share=share,
    )


def _item(draw, key, before):
    return Item(
        key=key,
        value=draw.choice([draw.randint(-20_000, 50_000), draw.randint(-2, 5) * 10_000]),
        effort=None if draw.random() < 0.04 else draw.randint(0, 100) / 10,
        needs=tuple(need for need in before if draw.random() < 0.15),
        must_by=draw.choice([0, 1, 1, 7]) if draw.random() < 0.1 else None,
        gains={group: draw.randint(-30_000, 50_000) for group in GROUPS if draw.random() < 0.7},
    )


def _capacity(draw, total):
    kind = draw.random()
    if kind < 0.05:
        return None
    return 0 if kind < 0.1 else round(total * draw.uniform(0.1, 0.6), 1)
