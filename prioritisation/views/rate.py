from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from prioritisation.grid import (
    basis_from,
    cells_in,
    keep_typed,
    read_changes,
    read_grid,
    save_changes,
)
from prioritisation.models import Basis
from prioritisation.people import people_of
from prioritisation.selectors import read_ranking
from prioritisation.wording import points
from products.access import may, product_view

ANCHORS = (
    ("−5", "would stop using, or paying"),
    ("−3", "real harm"),
    ("−1", "mild nuisance"),
    ("0", "don’t care"),
    ("+1", "nice"),
    ("+3", "would miss it"),
    ("+5", "can’t do without it"),
)
VALUES = range(-5, 6)


@product_view(GET="read", POST="rate")
def rate(request, product):
    """The grid. A POST saves the cells that were changed, all of them or none."""
    if request.method == "GET":
        return render(request, "prioritisation/rate.html", grid_context(request, product))
    outcome, changes = save_posted(request, product)
    if outcome.errors or outcome.conflicts:
        context = grid_context(request, product, changes=changes, outcome=outcome)
        status = 422 if outcome.errors else 409
        return render(request, "prioritisation/rate.html", context, status=status)
    messages.success(request, said(outcome))
    return redirect(request.get_full_path())


@product_view(POST="rate")
def rate_cell(request, product):
    """Save one cell in the background; answers with the cell as it is then."""
    changes = cells_in(request.POST)
    if len(changes) != 1:
        return HttpResponse("One cell, please.", status=400, content_type="text/plain")
    basis = remember_basis(request)
    outcome = save_changes(product=product, by=request.user, changes=changes, basis=basis)
    status = 422 if outcome.errors else 409 if outcome.conflicts else 200
    (change,) = changes
    grid = read_grid(product, request.user, requirement_id=change.requirement_id)
    keep_typed(grid, changes if status != 200 else [], outcome)
    cells = [
        cell for row in grid.rows for cell in row.cells if cell.persona.pk == change.persona_id
    ]
    if not cells:
        return HttpResponse(outcome.errors.get(change.key, ""), status=422)
    page = {"product": product, "cell": cells[0], "missing": grid.missing, "grid": grid}
    return render(request, "prioritisation/_cell.html", page, status=status)


@product_view("read")
def rate_scores(request, product):
    """The scores beside the grid, for the page to refresh after a save."""
    ranking = read_ranking(product, limit=1_000)
    scores = {row.requirement_id: points(row.score) for row in ranking.rows}
    return JsonResponse({"stale": ranking.stale, "scores": scores})


def save_posted(request, product):
    """(Outcome, Changes) of a posted grid."""
    changes = read_changes(request.POST)
    basis = remember_basis(request)
    return save_changes(product=product, by=request.user, changes=changes, basis=basis), changes


def remember_basis(request):
    """How the user knows: as posted, kept for the next page; guessed at first."""
    basis = basis_from(request.POST.get("basis", ""), request.session.get("basis", "guessed"))
    if request.session.get("basis", "guessed") != basis:
        request.session["basis"] = basis
    return basis


def said(outcome):
    if not outcome.saved:
        return "Nothing was changed."
    return "1 rating is saved." if outcome.saved == 1 else f"{outcome.saved} ratings are saved."


def grid_context(request, product, *, changes=(), outcome=None, by_number=False, limit=50):
    page = _page_number(request.GET.get("page", ""))
    grid = read_grid(product, request.user, page=page, by_number=by_number, limit=limit)
    if outcome:
        keep_typed(grid, changes, outcome)
    share = people_of(product).share
    for persona in grid.personas:
        persona.share = share.get(persona.pk)
    chosen = _chosen(request.GET.get("persona", ""), grid)
    return {
        "product": product,
        "grid": grid,
        "outcome": outcome,
        "may_rate": may(product, "rate"),
        "cannot_rate": not may(product, "rate"),
        "anchors": ANCHORS,
        "bases": Basis.choices,
        "basis": basis_from(request.session.get("basis", "")),
        "values": VALUES,
        "page": page,
        "one_at_a_time": "persona" in request.GET,
        "chosen": chosen,
        "one": _one(grid, chosen),
    }


def _page_number(text):
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 and int(text) else 1


def _chosen(text, grid):
    """The persona asked for, else the first whose answers are missing."""
    named = [persona for persona in grid.personas if str(persona.pk) == text]
    cells = [cell for row in grid.rows for cell in row.cells if cell.mine is None]
    lacking = {cell.persona.pk for cell in cells if cell.persona.share is not None}
    lacking = [persona for persona in grid.personas if persona.pk in lacking]
    return next(iter(named or lacking or grid.personas), None)


def _one(grid, persona):
    """The chosen persona's cells, missing first."""
    cells = [cell for row in grid.rows for cell in row.cells if cell.persona is persona]
    return sorted(cells, key=lambda cell: cell.mine is not None)
