from django.shortcuts import render

from prioritisation.forms.log import LogForm
from prioritisation.log.export import csv_of_log
from prioritisation.log.paging import cursor, read_cursor
from prioritisation.log.reading import read_log
from products.access import product_view

ON_A_PAGE = 100


@product_view("read_log")
def log(request, product):
    """Who did what, newest first."""
    form = LogForm(request.GET, product=product)
    if not form.is_valid():
        return render(request, "prioritisation/log.html", _page(product, form), status=422)
    beyond, backwards = _asked_place(request)
    entries, more = read_log(
        product.pk, form.asked(), most=ON_A_PAGE, beyond=beyond, backwards=backwards
    )
    more_before, more_after = (more, True) if backwards else (beyond is not None, more)
    return render(
        request,
        "prioritisation/log.html",
        _page(
            product,
            form,
            entries=entries,
            newer=entries and more_before and _address(request, entries[0], backwards=True),
            older=entries and more_after and _address(request, entries[-1]),
            file=_query(request).urlencode(),
        ),
    )


@product_view("read_log")
def log_csv(request, product):
    form = LogForm(request.GET, product=product)
    if not form.is_valid():
        return render(request, "prioritisation/log.html", _page(product, form), status=422)
    return csv_of_log(product, form.asked())


def _page(product, form, **more):
    return {"product": product, "form": form, "most": ON_A_PAGE, **more}


def _asked_place(request):
    try:
        return read_cursor(request.GET["at"])
    except (KeyError, ValueError):
        return None, False  # the first page


def _query(request):
    query = request.GET.copy()
    query.pop("at", None)
    for name in [name for name, value in query.items() if not value]:
        del query[name]
    return query


def _address(request, entry, *, backwards=False):
    query = _query(request)
    query["at"] = cursor(entry.place, backwards=backwards)
    return f"?{query.urlencode()}"
