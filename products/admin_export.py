"""The back office's lists as files for spreadsheets."""

import csv
from collections.abc import Iterator

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect, StreamingHttpResponse
from django.urls import path, reverse

from products.spreadsheets import harmless

CHUNK_ROWS = 2000


class _Line:
    """A file for csv.writer: what is written to it is what `writerow` returns."""

    def write(self, text: str) -> str:
        return text


class CsvExport:
    """Mixin: an Export button that answers with the list, as filtered, as CSV, row by row.

    `export_columns`: the column's name → the attribute that it shows, by dots.
    """

    change_list_template = "admin/change_list_export.html"
    export_columns: dict[str, str]

    def get_urls(self):
        export = path("export/", self.admin_site.admin_view(self.export), name=self._export_name())
        return [export, *super().get_urls()]

    def _export_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_export"

    def changelist_view(self, request, extra_context=None):
        address = reverse(f"admin:{self._export_name()}")
        query = request.GET.urlencode()
        export = {"export_url": f"{address}?{query}" if query else address}
        return super().changelist_view(request, {**(extra_context or {}), **export})

    def export(self, request):
        """Who may see the list may take it along."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            changelist = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
            return HttpResponseRedirect(f"{changelist}?e=1")
        related = {
            name.rpartition(".")[0].replace(".", "__") for name in self.export_columns.values()
        }
        rows = rows.select_related(*(related - {""})).order_by("pk")
        answer = StreamingHttpResponse(self._lines(rows), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{self.opts.model_name}s.csv"'
        return answer

    def _lines(self, rows) -> Iterator[str]:
        writer = csv.writer(_Line())
        yield writer.writerow(self.export_columns)
        for row in rows.iterator(chunk_size=CHUNK_ROWS):
            yield writer.writerow(
                [_cell(row, name.split(".")) for name in self.export_columns.values()]
            )


def _cell(value, names: list[str]):
    for name in names:
        value = getattr(value, name, None)
    if isinstance(value, list):
        value = ",".join(value)
    if hasattr(value, "isoformat"):
        return (
            value.isoformat(sep=" ", timespec="seconds") if hasattr(value, "hour") else str(value)
        )
    return harmless(value) if isinstance(value, str) else value
