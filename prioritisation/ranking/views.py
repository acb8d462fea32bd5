from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from prioritisation.history.trends import read_recent
from prioritisation.live_updates.following import unchanged
from prioritisation.ranking.export import csv_of
from prioritisation.ranking.filters import GROUPS, View, at_row
from prioritisation.ranking.page import present
from prioritisation.robustness.badges import read_places
from prioritisation.selectors.rankings import standing_of
from prioritisation.selectors.whole_ranking import ids_found, read_whole
from products.access import may, product_view
from products.models import OPEN, Status


@product_view("read", whole=True)
def ranking(request, product):
    return render(request, "ranking/page.html", _context(request, product))


@product_view("read", whole=True)
def ranking_fragment(request, product):
    """The ranking alone, for the page that polls; 204 while it is what the page has (`have`).

    `drawn`: how many lines of which groups the page has; `part`: the next lines of one alone.
    """
    if same := unchanged(request, standing_of(product.pk).validator):
        return same
    context = _context(request, product) | {"fragment": True}
    if "part" in request.GET:
        return render(request, "ranking/_part.html", context)
    response = render(request, "ranking/_page.html", context)
    if "have" not in request.GET:
        # A filter, no poll: the address follows, so that it can be passed on.
        address = reverse("ranking", args=[product.key])
        response["HX-Replace-Url"] = f"{address}?{context['page'].view.query()}"
    return response


@product_view("read", whole=True)
def ranking_csv(request, product):
    """What the page shows, ranked or not, in its order."""
    view = View.of(request.GET)
    ranking, found = read_whole(product, order=view.order), ids_found(product, view.search)
    rows = [row for row in ranking.rows if view.keeps(row, found)]
    response = HttpResponse(csv_of(ranking, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{product.key}-ranking.csv"'
    return response


def _context(request, product):
    view = View.of(request.GET)
    ranking = read_whole(product, order=view.order)
    now = timezone.now()
    page = present(
        ranking,
        view,
        now=now,
        recent=recent_of(product, ranking, view, now=now),
        places=read_places(product.pk, ranking.standing, cells=_cells(ranking)),
        **drawing_asked(request, product, view),
    )
    return ranking_context(product, page, ranking.standing.validator)


def drawing_asked(request, product, view):
    """Which of the ranking's lines are asked for, as `present` takes it."""
    return {
        "found": ids_found(product, view.search),
        "drawn": dict(map(at_row, request.GET.getlist("drawn")[: len(GROUPS)])),
        "part": at_row(request.GET["part"]) if "part" in request.GET else None,
    }


def _cells(ranking):
    return len(ranking.personas) * sum(row.status in OPEN for row in ranking.rows)


def recent_of(product, ranking, view, *, now):
    """Where the ranking comes from; what became of the shipped ones only where they are shown."""
    rows = ranking.rows if view.closed else ()
    shipped = [row.requirement_id for row in rows if row.status == Status.SHIPPED]
    return read_recent(product, now=now, shipped=shipped)


def ranking_context(product, page, validator):
    """What `_ranking.html` expects."""
    may_edit = may(product, "edit_any_requirement")
    return {
        "product": product,
        "page": page,
        "validator": validator,
        "estimate_url": reverse("estimate", args=[product.key]),
        "may_add": may(product, "add_requirement"),
        "may_rate": may(product, "rate"),
        "may_edit": may_edit,
        "columns": 6 + may_edit + (page.view.by_effort or page.trends),
    }
