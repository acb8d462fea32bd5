"""The map: end users' value across, payers' value upwards."""

from prioritisation.live_updates.following import follow
from prioritisation.presentation.charts.value_map import chart
from prioritisation.selectors.whole_ranking import read_whole
from products.access import product_view

EFFORT = "effort"


@product_view("read", whole=True)
def value_map(request, product):
    by_effort = request.GET.get("axes") == EFFORT
    return follow(
        request,
        product,
        "value_map",
        lambda: {"chart": chart(read_whole(product), by_effort=by_effort)},
    )
