"""Lists in pages. A cursor holds the place of a row in the order, so that rows that come, go or
are edited between two pages make nobody else's be skipped or repeated."""

import base64
import re

from django.core import exceptions
from django.db.models import Q
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.utils.urls import replace_query_param

NOT_OURS = "This isn't a cursor of ours."


def encoded(*parts):
    """A cursor of these parts, none of which has a comma."""
    text = ",".join(map(str, parts))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decoded(cursor):
    """The parts of a cursor, as text. Raises ValueError."""
    packed = cursor.encode("ascii").rstrip(b"=")
    return base64.urlsafe_b64decode(packed + b"=" * (-len(packed) % 4)).decode("ascii").split(",")


class Pages(CursorPagination):
    """`{next, previous, results}`; `?limit=` 1–500."""

    page_size = 100
    page_size_query_param = "limit"
    max_page_size = 500
    ordering = ("id",)
    """Names of model fields, "-" before those that fall; together unique."""

    def paginate_queryset(self, queryset, request, view=None):
        self.base_url = request.build_absolute_uri()
        limit = self.get_page_size(request)
        backwards, place = self._cursor(request, queryset.model)
        order = [_turned(name) for name in self.ordering] if backwards else self.ordering
        rows = queryset.order_by(*order)
        if place:
            rows = rows.filter(_beyond(order, place))
        found = list(rows[: limit + 1])
        more, page = len(found) > limit, found[:limit]
        if backwards:
            page.reverse()
        self._next = page and (backwards or more) and self._link("f", page[-1])
        self._previous = page and (more if backwards else place) and self._link("b", page[0])
        return page

    def get_next_link(self):
        return self._next or None

    def get_previous_link(self):
        return self._previous or None

    def _link(self, direction, row):
        place = (getattr(row, name.lstrip("-")) for name in self.ordering)
        return replace_query_param(
            self.base_url, self.cursor_query_param, encoded(direction, *place)
        )

    def _cursor(self, request, model):
        """(whether backwards, the place that rows come after or None)."""
        text = request.query_params.get(self.cursor_query_param)
        if text is None:
            return False, None
        try:
            direction, *place = decoded(text)
            fields = [model._meta.get_field(name.lstrip("-")) for name in self.ordering]
            values = [field.to_python(value) for field, value in zip(fields, place, strict=True)]
            return {"f": False, "b": True}[direction], values
        except (ValueError, KeyError, exceptions.ValidationError):
            raise ValidationError({self.cursor_query_param: NOT_OURS}) from None

    def get_page_size(self, request):
        limit = request.query_params.get(self.page_size_query_param)
        if limit is None:
            return self.page_size
        if not re.fullmatch("[0-9]{1,3}", limit) or not 1 <= int(limit) <= self.max_page_size:
            raise ValidationError({"limit": f"A whole number from 1 to {self.max_page_size}."})
        return int(limit)

    def get_schema_operation_parameters(self, view):
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.cursor_query_param:
                parameter["schema"] |= {"minLength": 1}
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] |= {"minimum": 1, "maximum": self.max_page_size}
        return parameters

    def get_paginated_response_schema(self, schema):
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "properties": {"next": address, "previous": address, "results": schema},
            "required": ["next", "previous", "results"],
        }


def _turned(name):
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(order, place):
    """The Q of rows that come after `place` in `order`."""
    beyond, level = Q(pk__in=()), Q()
    for name, value in zip(order, place, strict=True):
        bare = name.lstrip("-")
        comparison = "lt" if name.startswith("-") else "gt"
        beyond |= level & Q(**{f"{bare}__{comparison}": value})
        level &= Q(**{bare: value})
    return beyond
