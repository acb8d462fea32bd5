"""Why the order is as it is, what to find out, and how others would order it."""

from django.shortcuts import render

from prioritisation.sensitivity import TOPS
from prioritisation.to_ask import read_asking
from products.access import may, product_view

QUESTIONS = 50


@product_view("read")
def ask(request, product):
    """What to find out, most useful first; `?top=` says the top of how many matters."""
    asked = request.GET.get("top", "")
    top = int(asked) if asked in map(str, TOPS) else 3
    context = {
        "product": product,
        "asking": read_asking(product, top=top, limit=QUESTIONS),
        "tops": TOPS,
        "may_rate": may(product, "rate"),
    }
    return render(request, "prioritisation/ask.html", context)
