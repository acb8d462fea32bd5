from prioritisation.live_updates.following import follow
from prioritisation.outcomes.selectors import read_outcomes
from products.access import may, product_view


@product_view("read", whole=True)
def shipped(request, product):
    """What shipped: expected of it, and happened since."""
    return follow(
        request,
        product,
        "outcomes",
        lambda: {"outcomes": read_outcomes(product), "may_edit": may(product, "edit_policy")},
    )
