"""What happened to the ranking, and two points of it compared."""

from django.utils import timezone

from prioritisation.history.page import look_back
from prioritisation.history.time_ranges import DEFAULT, RANGES
from prioritisation.live_updates.following import follow
from products.access import product_view


@product_view("read", whole=True)
def history(request, product):
    """The lines of ranks, and the two points that `from` and `to` name, compared."""
    asked = request.GET.get("range")
    name = asked if asked in RANGES else DEFAULT
    return follow(request, product, "history", lambda: _looked_back(request, product, name))


def _looked_back(request, product, name):
    found = look_back(
        product,
        range_name=name,
        start=request.GET.get("from", ""),
        end=request.GET.get("to", ""),
        now=timezone.localtime(),
    )
    ranges = [(value, words, value == name) for value, (words, _length) in RANGES.items()]
    return {"history": found, "ranges": ranges, "range": name}
