from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from prioritisation.models import Basis
from prioritisation.pipeline.snapshots import snapshot
from prioritisation.presentation.formatting import percent
from prioritisation.ratings.grid import (
    ROWS_A_PAGE,
    changed_since,
    count_answered,
    current_moment,
    read_grid,
    read_states,
    scores_since,
)
from prioritisation.ratings.one_persona import Turn, turn
from prioritisation.ratings.saving import (
    basis_from,
    cells_in,
    keep_typed,
    read_changes,
    save_changes,
)
from prioritisation.selectors.rankings import counted_personas, standing_of
from prioritisation.selectors.weights import people_of
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
#: as many as a page of the grid draws
MAX_CHANGED_ROWS = ROWS_A_PAGE


@product_view(GET="read", POST="rate", whole=True)
def rate(request, product):
    """The grid, and one persona at a time. A POST saves what was changed, all of it or nothing."""
    if request.method == "GET":
        return render(request, "ratings/page.html", grid_context(request, product))
    outcome, changes = save_posted(request, product)
    if outcome.status != 200:
        context = grid_context(request, product, changes=changes, outcome=outcome)
        return render(request, "ratings/page.html", context, status=outcome.status)
    messages.success(request, said(outcome))
    return redirect(request.get_full_path())


@product_view(POST="rate")
def rate_cells(request, product):
    """Save cells in the background, all of them or none; answers with them as they are then."""
    changes = cells_in(request.POST)
    if not changes:
        return HttpResponse("No cell.", status=400, content_type="text/plain")
    basis = remember_basis(request)
    outcome = save_changes(product=product, by=request.user, changes=changes, basis=basis)
    wrong = outcome.errors | outcome.conflicts
    found = _standing_of_cells(product, request.user, {one.requirement_id for one in changes})
    found["errors"] = {one.at: wrong[one.key] for one in changes if one.key in wrong}
    return JsonResponse(found, status=outcome.status)


@product_view("read", whole=True)
def rate_changes(request, product):
    """What others, one's other windows and the scoring did since `seen`; 204 if nothing.

    After an import of thousands only that it is `too_many`: the page is drawn anew.
    """
    # What is committed while we read is in none of it, and so comes with the next poll.
    with snapshot():
        return _news(request, product)


def _news(request, product):
    seen, standing = current_moment(product), standing_of(product.pk)
    have, since = request.GET.get("have", ""), request.GET.get("seen", "")
    if have == standing.validator:
        return HttpResponse(status=204)
    try:
        version = int(have.partition(".")[0][:9])
        touched = changed_since(product, since)
    except ValueError:
        touched = None
    if touched is None:
        return HttpResponse("Since when?", status=400, content_type="text/plain")
    if len(touched) > MAX_CHANGED_ROWS:
        return JsonResponse({"too_many": True})
    found = _standing_of_cells(product, request.user, touched) | {
        "have": standing.validator,
        "seen": seen,
        "stale": standing.stale,
        "scores": scores_since(product, version),
        "shares": {one.id: percent(one.weight) for one in counted_personas(product.pk)},
    }
    return JsonResponse(found)


def _standing_of_cells(product, user, requirement_ids):
    personas = list(product.personas.all())
    answered, asked, requirements = count_answered(product, personas)
    return {
        "cells": read_states(product, user, requirement_ids),
        "answered": answered,
        "missing": asked - answered,
        "requirements": requirements,
        "personas": sorted(persona.pk for persona in personas),
    }


def save_posted(request, product):
    """(Outcome, Changes) of a posted form."""
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


def grid_context(request, product, *, changes=(), outcome=None, **how):
    """What _grid.html and _one.html show; `how` as read_grid takes it."""
    asked = request.GET
    persona, first = _number(asked.get("persona")), _number(asked.get("requirement"))
    # "This persona's answer to that requirement" is a cell of the grid, and the first of a list.
    one_at_a_time = "persona" in asked and first is None
    search = asked.get("q", "").replace("\0", "").strip()[:200]
    page = Turn(page=_number(asked.get("page")) or 1, since=_moment(asked.get("since")))
    grid = read_grid(
        product,
        request.user,
        page=page.of_the_grid if one_at_a_time else page.page,
        first=first,
        search=search,
        only=persona if one_at_a_time else None,
        **how,
    )
    if outcome:
        keep_typed(grid, changes, outcome)
    share = people_of(product).share
    for one in grid.personas:
        one.share = share.get(one.pk)
    chosen = _chosen(persona, grid)
    return {
        "product": product,
        "grid": grid,
        "outcome": outcome,
        "may_rate": may(product, "rate"),
        "anchors": ANCHORS,
        "bases": Basis.choices,
        "basis": basis_from(request.session.get("basis", "")),
        "values": VALUES,
        "search": search,
        "page": page.page,
        "one_at_a_time": one_at_a_time,
        "chosen": chosen,
        "asked_for": grid.rows[0].requirement if first and grid.rows else None,
        "one": turn(grid, chosen, page if one_at_a_time else Turn(since=page.since), first),
    }


def _number(text):
    """A positive whole number of an address, or None."""
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) <= 9 else None


def _moment(milliseconds):
    text = milliseconds or ""
    known = text.isascii() and text.isdigit() and len(text) <= 13
    return datetime.fromtimestamp(int(text) / 1000, UTC) if known else datetime.now(UTC)


def _chosen(persona_id, grid):
    """The persona asked for, else the first whose answers are missing."""
    named = [persona for persona in grid.personas if persona.pk == persona_id]
    cells = [cell for row in grid.rows for cell in row.cells if cell.mine is None]
    lacking = {cell.persona.pk for cell in cells if cell.persona.share is not None}
    lacking = [persona for persona in grid.personas if persona.pk in lacking]
    return next(iter(named or lacking or grid.personas), None)
