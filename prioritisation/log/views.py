from django.shortcuts import render

from prioritisation.log.export import csv_of_log
from prioritisation.log.forms import LogForm
from prioritisation.log.paging import Window
from prioritisation.log.reading import read_log
from products.access import product_view

ON_A_PAGE = 100


@product_view("read_log")
def log(request, product):
    """Who did what, newest first."""
    form = LogForm(request.GET, product=product)
    if not form.is_valid():
        return _page(request, product, form, status=422)
    window = Window(request)
    entries, more = read_log(product.pk, form.asked(), most=ON_A_PAGE, **window.asked)
    return _page(request, product, form, **window.context(entries, more))


@product_view("read_log")
def log_csv(request, product):
    form = LogForm(request.GET, product=product)
    if not form.is_valid():
        return _page(request, product, form, status=422)
    return csv_of_log(product.pk, form.asked(), name=product.key)


def _page(request, product, form, *, status=200, **more):
    context = {"product": product, "form": form, "most": ON_A_PAGE, **more}
    return render(request, "log/page.html", context, status=status)
