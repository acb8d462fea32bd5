from django.contrib import messages
from django.shortcuts import redirect, render

from prioritisation.imports.forms import ImportForm
from products.access import product_view


@product_view(GET="import", POST="import")
def import_sheet(request, product):
    form, report = ImportForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        is_preview = "preview" in request.POST
        report = form.run(product=product, by=request.user, dry_run=is_preview)
        if report and not is_preview:
            messages.success(request, sentence(report))
            return redirect("ranking", product.key)
    page = {"product": product, "form": form, "report": report}
    page["personas"] = product.personas.all()
    return render(request, "imports/page.html", page, status=form.status)


def sentence(report):
    return (
        f"Imported: {report.created} new requirements, {report.updated} changed, "
        f"{report.unchanged} as before; {report.ratings} ratings."
    )
