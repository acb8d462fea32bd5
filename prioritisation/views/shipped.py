from django.shortcuts import render

from prioritisation.history.shipped import read_outcomes
from products.access import may, product_view


@product_view("read")
def shipped(request, product):
    """What shipped: expected of it, and happened since."""
    context = {
        "product": product,
        "outcomes": read_outcomes(product),
        "may_edit": may(product, "edit_policy"),
    }
    return render(request, "prioritisation/shipped.html", context)
