"""How sure the order is: page, and the part of it that a worker may take long for."""

from django.shortcuts import redirect, render
from django.urls import reverse

from prioritisation.live_updates.following import follow
from prioritisation.models.analyses import Kind
from prioritisation.robustness.jobs import start_analysis
from prioritisation.robustness.page import distinct, groups, rank_rows, verdicts
from prioritisation.robustness.selectors import (
    read_plausible,
    read_sureness,
    takes_a_worker,
    titles_of,
)
from prioritisation.robustness.sentences import Labels, plausible_sentence
from products.access import product_view


@product_view("read", whole=True)
def sure(request, product):
    return follow(request, product, "robustness", lambda: _sure(product))


def _sure(product):
    sureness = read_sureness(product.pk)
    standings = distinct(sureness.standings)
    labels = Labels(sureness.titles, sureness.present.names)
    return {
        "ranked": sureness.present.ranked,
        "verdicts": verdicts(standings, labels),
        "groups": groups(standings, labels),
        **_plausible(product, sureness.present),
    }


@product_view(GET="read", POST="read")
def plausible(request, product):
    """The part of the page about plausible weightings; a POST starts it anew."""
    if request.method == "POST" and takes_a_worker(product.pk):
        start_analysis(product.pk, Kind.PLAUSIBLE)
    if not request.htmx:
        return redirect(reverse("sure", args=[product.key]) + "#plausible")
    page = {"product": product, **_plausible(product)}
    return render(request, "robustness/_plausible.html", page)


def _plausible(product, present=None):
    found = read_plausible(product.pk, present)
    result = found.result or {"ranked": 0, "draws": 0, "requirements": []}
    titles = titles_of([row["id"] for row in result["requirements"]])
    return {
        "found": found,
        "rank_rows": rank_rows(result, titles),
        "sentence": plausible_sentence(result, titles),
    }
