from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django_htmx.http import push_url, trigger_client_event

from prioritisation.presentation.formatting import count
from prioritisation.requirements.bulk_edit import MOST, ChangedMeanwhile, edit_requirements, seen_in
from prioritisation.requirements.bulk_forms import FORMS
from products.access import product_view


@product_view(GET="edit_any_requirement", POST="edit_any_requirement")
def bulk(request, product):
    """Edit one thing of the requirements that are selected in the ranking, all of them or none."""
    asked = request.POST if request.method == "POST" else request.GET
    seen = seen_in(asked.getlist("row"))
    what = asked.get("what", "")
    label, form_class = FORMS.get(what, FORMS["status"])
    rows = list(product.requirements.filter(number__in=seen))
    for row in rows:
        row.product = product  # whose key and unit the form says
    form = form_class(request.POST or None, rows=rows)
    page = {
        "product": product,
        "what": what if what in FORMS else "status",
        "label": label,
        "form": form,
        "rows": rows,
        "seen": seen,
        "most": MOST,
        "too_many": len(asked.getlist("row")) > MOST,
    }
    if request.method == "POST" and rows and form.is_valid():
        try:
            edited = edit_requirements(
                product=product,
                by=request.user,
                seen=seen,
                fields=form.columns,
                change=form.change,
            )
        except ChangedMeanwhile as meanwhile:
            return _page(request, page, changes=meanwhile.changes, status=409)
        return _done(request, product, f"{label} of {count(len(edited), 'requirement')} saved.")
    return _page(request, page, status=422 if request.method == "POST" else 200)


def _done(request, product, said):
    if request.htmx:
        return trigger_client_event(HttpResponse(status=204), "userward:edited", {"said": said})
    messages.success(request, said)
    return redirect("ranking", product.key)


def _page(request, page, *, status, changes=()):
    changed = {change.requirement.number for change in changes}
    unchanged = [f"{number}.{at}" for number, at in page["seen"].items() if number not in changed]
    page |= {"changes": changes, "unchanged": unchanged}
    template = "_bulk.html" if request.htmx else "bulk.html"
    response = render(request, f"requirements/{template}", page, status=status)
    # The sheet lies over the ranking, whose address stays.
    return push_url(response, False) if request.htmx else response
