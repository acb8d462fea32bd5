"""Products in the back office, with the answer to "Why isn't it scored?"."""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from accounts.access import commits_itself
from prioritisation.models import ProductChange, ScoringState
from prioritisation.models.processes import SWEEPER, WORKER, ProcessSeen
from prioritisation.pipeline.rescoring import rescore
from prioritisation.scoring.formula import ALGORITHM
from products.admin import ProductAdmin
from products.models import Product

#: table → what changed in it
CHANGED = {
    "products_requirement": "Requirements",
    "personas_persona": "Personas",
    "personas_adoptionreading": "Adoption readings",
    "prioritisation_rating": "Ratings",
    "prioritisation_scoringpolicy": "Scoring policy",
}


@admin.register(Product)
class ScoredProductAdmin(ProductAdmin):
    change_form_template = "admin/product_change_form.html"

    def get_urls(self):
        # A rescore commits by itself, and publishes after that.
        view = commits_itself(
            self.admin_site.admin_view(require_http_methods(["GET", "POST"])(self.scoring))
        )
        return [
            path("<path:object_id>/scoring/", view, name="products_product_scoring"),
            *super().get_urls(),
        ]

    def scoring(self, request, object_id):
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        product = self.get_object(request, unquote(object_id))
        if product is None:
            raise Http404
        if request.method == "POST":
            if not self.has_change_permission(request, product):
                raise PermissionDenied
            _rescore(request, product)
            return redirect(request.path)
        context = {
            **self.admin_site.each_context(request),
            **_standing(product),
            "title": f"Why isn't {product.key} scored?",
            "original": product,
            "opts": self.opts,
            "may_rescore": self.has_change_permission(request, product),
        }
        return TemplateResponse(request, "admin/product_scoring.html", context)


def _standing(product):
    marks = (
        ProductChange.objects.filter(product_id=product.pk)
        .order_by()
        .values("table_name")
        .annotate(count=Count("pk"), oldest=Min("created_at"))
        .order_by("oldest")
    )
    seen = dict(ProcessSeen.objects.values_list("name", "seen_at"))
    return {
        "marks": [
            (CHANGED.get(mark["table_name"], mark["table_name"]), mark["count"], mark["oldest"])
            for mark in marks
        ],
        "state": ScoringState.objects.select_related("run").filter(product=product).first(),
        "seen": [("Worker", seen.get(WORKER)), ("Sweeper", seen.get(SWEEPER))],
    }


def _rescore(request, product):
    state = ScoringState.objects.select_related("run").filter(product=product).first()
    newer = state is not None and state.run is not None and state.run.algorithm > ALGORITHM
    try:
        # Never over the scores of a newer version of the program.
        version = rescore(product.pk, force=not newer)
    except Exception as error:  # noqa: BLE001 - rescore has noted and logged it; it is shown
        first_line = (str(error).splitlines() or [""])[0]
        messages.error(request, f"It failed: {type(error).__name__}: {first_line}")
    else:
        if version:
            messages.success(request, f"Scored: version {version}.")
        else:
            messages.warning(request, "Not now: another process is at it, or a newer one was.")
