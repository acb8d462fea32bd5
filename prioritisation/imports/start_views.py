from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.at_most import too_many_in
from prioritisation.imports.sheet import SheetError
from prioritisation.imports.start_boxes import add_boxes
from prioritisation.imports.start_forms import StartForm
from prioritisation.presentation.charts.bars import bar_of, in_order, scale_for
from prioritisation.ratings.views import grid_context, save_posted
from prioritisation.selectors.rankings import read_ranking
from products.access import product_view, signed_in
from products.forms import CLASH
from products.services import create_product

ROWS = 200
SHOWN = 10


@signed_in
def product_new(request):
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                product = create_product(name=form.cleaned_data["name"], owner=request.user)
                _add(product, form, request.user)
            return redirect("start", product.key)
        except SheetError as error:
            form.refuse_sheet(error)
        except (
            IntegrityError
        ) as error:  # somebody took the key or a name between our look and our write
            form.add_error(None, too_many_in(error) or CLASH)
    page = {"form": form}
    return render(request, "imports/new.html", page, status=422 if form.errors else 200)


@product_view(GET="read", POST="rate")
def start(request, product):
    """The boxes of what is there, and the grid with the ranking beside it."""
    if request.method == "GET":
        return _page(request, product)
    outcome, changes = save_posted(request, product)
    if outcome.status != 200:
        return _page(request, product, changes=changes, outcome=outcome, status=outcome.status)
    return redirect("start", product.key)


@product_view(POST="edit_personas")
def start_add(request, product):
    """More lines in the boxes of a product that is there."""
    form = StartForm(request.POST, product=product)
    if form.is_valid():
        try:
            with transaction.atomic():
                _add(product, form, request.user)
            return redirect("start", product.key)
        except SheetError as error:
            form.refuse_sheet(error)
        except IntegrityError as error:
            form.add_error(None, too_many_in(error) or CLASH)
    return _page(request, product, form=form, status=422)


@product_view("read", whole=True)
def start_ranking(request, product):
    """The small ranking alone; 204 while it is what the page has (`have`)."""
    context = _mini(product)
    if request.GET.get("have") == context["validator"]:
        return HttpResponse(status=204)
    return render(request, "presentation/_mini.html", context)


def _add(product, form, user):
    add_boxes(
        product=product,
        by=user,
        users=form.cleaned_data["users"],
        payers=form.cleaned_data["payers"],
        titles=form.cleaned_data["titles"],
        sheet=form.sheet,
        basis=form.cleaned_data["basis"],
    )


def _page(request, product, *, form=None, changes=(), outcome=None, status=200):
    context = grid_context(
        request, product, changes=changes, outcome=outcome, by_number=True, limit=ROWS
    )
    personas = context["grid"].personas
    context |= _mini(product) | {
        "form": form or StartForm(product=product),
        "users": [persona for persona in personas if persona.is_end_user],
        "payers": [persona for persona in personas if not persona.is_end_user],
    }
    return render(request, "imports/start.html", context, status=status)


def _mini(product):
    ranking = read_ranking(product, limit=SHOWN)
    personas, scale = in_order(ranking.personas), scale_for(ranking.rows)
    return {
        "product": product,
        "ranking": ranking,
        "rows": [(row, bar_of(row, personas, scale)) for row in ranking.rows],
        "validator": ranking.standing.validator,
    }
