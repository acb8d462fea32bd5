"""The log of all products in the back office: in sentences, of products too that are gone."""

from django.http import HttpResponseBase
from django.template.response import TemplateResponse

from prioritisation.log.export import csv_of_log
from prioritisation.log.forms import WholeLogForm
from prioritisation.log.paging import Window
from prioritisation.log.reading import read_log
from products.admin_base import ReadOnlyAdmin

ON_A_PAGE = 100


class LogAdmin(ReadOnlyAdmin):
    """In the place of the list of AccountEvents, which are a part of it."""

    def has_view_permission(self, request, obj=None):
        """It tells of every product and every account."""
        return request.user.is_active and request.user.is_superuser

    has_module_permission = has_view_permission

    def changelist_view(self, request, extra_context=None) -> HttpResponseBase:
        if not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)
        form = WholeLogForm(request.GET)
        context = {
            **self.admin_site.each_context(request),
            "title": "Log",
            "opts": self.opts,
            "form": form,
            "most": ON_A_PAGE,
        }
        if not form.is_valid():
            return TemplateResponse(request, "admin/log.html", context, status=422)
        product, asked = form.product_id, form.asked()
        if "csv" in request.GET:
            return csv_of_log(product, asked, name="userward")
        window = Window(request)
        entries, more = read_log(product, asked, most=ON_A_PAGE, **window.asked)
        context |= window.context(entries, more)
        return TemplateResponse(request, "admin/log.html", context)
