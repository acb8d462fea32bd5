"""Pages that follow the product's scores: what static/live_updates.js has drawn anew, and when.

What follows carries the validator it was drawn from (`data-live`) and asks with it (`have`).
"""

from django.http import HttpResponse
from django.shortcuts import render

from prioritisation.selectors.rankings import standing_of


def unchanged(request, validator):
    """204 while the page has what this validator stands for, else None."""
    # Not 304: htmx would swap in its empty body.
    return HttpResponse(status=204) if request.GET.get("have") == validator else None


def follow(request, product, folder, read, *, page="page"):
    """The folder's `page`.html or, asked with `have`, its part that follows the scores:
    _`page`.html alone, 204 while nothing is new. `read()` gives what both draw."""
    # Before what is drawn: what came in between is news to the next poll, never lost.
    validator = standing_of(product.pk).validator
    if same := unchanged(request, validator):
        return same
    query = request.GET.copy()
    query["have"] = validator
    context = {"product": product, "validator": validator, **read()}
    context["follow_url"] = f"{request.path}?{query.urlencode()}"
    part = "_" if "have" in request.GET else ""
    return render(request, f"{folder}/{part}{page}.html", context)
