"""Who did what in a product: the audit log."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.utils.urls import replace_query_param

from prioritisation.history.api import FieldChangeSerializer
from prioritisation.log.export import csv_of_log
from prioritisation.log.paging import LAST_ID, cursor, read_cursor
from prioritisation.log.reading import Asked, read_log
from prioritisation.log.sources import KINDS
from products.api.base import ProductAPI
from products.api.pages import NOT_OURS, Pages
from products.api.schema import listing
from products.models import Product


class LogQuery(serializers.Serializer):
    person = serializers.IntegerField(
        required=False, min_value=1, max_value=LAST_ID, help_text="The id of the user who did it."
    )
    kind = serializers.ChoiceField(
        required=False, choices=list(KINDS), help_text="What it was done with."
    )
    since = serializers.DateTimeField(required=False, help_text="It and later.")
    until = serializers.DateTimeField(required=False, help_text="Before it.")
    text = serializers.CharField(
        required=False,
        max_length=200,
        help_text="In what was written then, or in a name of what it is about.",
    )


class LogChangeSerializer(FieldChangeSerializer):
    old = serializers.CharField(allow_null=True, help_text="As people read it; null: nothing.")
    new = serializers.CharField(allow_null=True)


class LogEntrySerializer(serializers.Serializer):
    """One change of one row, or something done with the account of a member."""

    at = serializers.DateTimeField()
    by = serializers.CharField(source="who", help_text="Empty where nobody knows.")
    user = serializers.IntegerField(allow_null=True, help_text="The id of who did it.")
    means = serializers.CharField(help_text="session, token, admin, import or command")
    kind = serializers.ChoiceField(choices=list(KINDS))
    did = serializers.CharField(help_text="insert, update, delete, or of an account: signed_in, …")
    sentence = serializers.CharField()
    changes = LogChangeSerializer(many=True)
    change = serializers.IntegerField(
        allow_null=True, help_text="The same in all that one transaction did."
    )


class LogPages(Pages):
    """Of read_log, which reads several tables; `paginate_queryset` takes a function."""

    def paginate_queryset(self, queryset, request, view=None):
        self.base_url = request.build_absolute_uri()
        beyond, backwards = self._place(request)
        page, more = queryset(most=self.get_page_size(request), beyond=beyond, backwards=backwards)
        self._next = page and (backwards or more) and self._link("f", page[-1])
        self._previous = page and (more if backwards else beyond) and self._link("b", page[0])
        return page

    def _link(self, direction, row):
        text = cursor(row.place, backwards=direction == "b")
        return replace_query_param(self.base_url, self.cursor_query_param, text)

    def _place(self, request):
        text = request.query_params.get(self.cursor_query_param)
        if text is None:
            return None, False
        try:
            return read_cursor(text)
        except ValueError:
            raise ValidationError({self.cursor_query_param: NOT_OURS}) from None


@listing(LogEntrySerializer)
class Log(ProductAPI):
    """Who did what, newest first; at most 500 entries a page. For maintainers."""

    declared_role = {"GET": "read_log"}
    operations = {"GET": "Get the log"}
    pagination_class = LogPages
    query_serializer = LogQuery
    serializer_class = LogEntrySerializer
    queryset = Product.objects.none()

    def get(self, request, key):
        asked = Asked(**self.query)

        def read(**window):
            return read_log(self.product.pk, asked, **window)

        page = self.paginate_queryset(read)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class LogCSV(ProductAPI):
    """All of it as a file for spreadsheets, newest first. For maintainers."""

    declared_role = {"GET": "read_log"}
    operations = {"GET": "Get the log as CSV"}
    # JSON too: many clients ask for nothing else, whatever they ask.
    media_types = ("text/csv", "application/json")
    query_serializer = LogQuery
    serializer_class = LogEntrySerializer
    queryset = Product.objects.none()

    @extend_schema(responses={(200, "text/csv"): str})
    def get(self, request, key):
        return csv_of_log(self.product.pk, Asked(**self.query), name=self.product.key)
