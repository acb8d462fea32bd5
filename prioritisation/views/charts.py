"""The pages that are a chart with a table behind it."""

from django.shortcuts import render

from prioritisation.chart_map import chart
from prioritisation.selectors import read_ranking
from products.access import product_view

EFFORT = "effort"


@product_view("read")
def chart_map(request, product):
    found = chart(read_ranking(product), by_effort=request.GET.get("axes") == EFFORT)
    return render(request, "prioritisation/map.html", {"product": product, "chart": found})
