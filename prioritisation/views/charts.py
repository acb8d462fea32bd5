"""The pages that are a chart with a table behind it."""

from django.utils import timezone

from prioritisation.charts.value_map import chart
from prioritisation.history.looking_back import look_back
from prioritisation.history.spans import DEFAULT, RANGES
from prioritisation.views.following import follow
from prioritisation.whole_ranking import read_whole
from products.access import product_view

EFFORT = "effort"


@product_view("read", whole=True)
def chart_map(request, product):
    by_effort = request.GET.get("axes") == EFFORT
    return follow(
        request,
        product,
        "map",
        lambda: {"chart": chart(read_whole(product), by_effort=by_effort)},
    )


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
