"""What the API's views share: a declared role a method, If-Match, cursor pages."""

import re

from django.core import exceptions
from django.db import DataError, connection
from rest_framework import generics
from rest_framework.exceptions import MethodNotAllowed, NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response

from products.access import get_product, get_row
from products.api.problems import VersionRequired
from products.versions import delete_if_current, save_if_current

ETAG = re.compile(r'(?:W/)?"?(\d{1,9})"?\Z')


class Pages(CursorPagination):
    """`{next, previous, results}`; `?limit=` 1–500."""

    page_size = 100
    page_size_query_param = "limit"
    max_page_size = 500
    ordering = "id"

    def paginate_queryset(self, queryset, request, view=None):
        try:
            return super().paginate_queryset(queryset, request, view)
        # A position that is no number or date is noticed only by the query.
        except (NotFound, ValueError, exceptions.ValidationError, DataError):
            raise ValidationError({"cursor": "This isn't a cursor of ours."}) from None

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
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] |= {"minimum": 1, "maximum": self.max_page_size}
        return parameters


class ProductAPI(generics.GenericAPIView):
    """A view below one product, for which `declared_role` names the action of each method.

    The product is the one whose key is in the URL, or in `?product=`, or that the row `pk` of
    `rows` belongs to. A stranger gets 404, a member with too small a role 403.
    """

    declared_role = {}
    pagination_class = Pages
    rows = None
    """Of a view on one row: the queryset to find it in."""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.http_method_names = [*map(str.lower, cls.declared_role), "head", "options"]

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if request.method == "OPTIONS":
            return
        action = self.declared_role.get("GET" if request.method == "HEAD" else request.method)
        if action is None:
            raise MethodNotAllowed(request.method)
        self.row = None
        self.product = self.find_product(request, action)

    def handle_exception(self, exc):
        try:
            return super().handle_exception(exc)
        except Exception:
            if self._is_gone():
                return super().handle_exception(NotFound())
            raise

    def _is_gone(self):
        """Whether somebody has deleted what this is about since it was found."""
        found = [getattr(self, "product", None), getattr(self, "row", None)]
        return not connection.needs_rollback and any(
            not type(one)._default_manager.filter(pk=one.pk).exists() for one in found if one
        )

    def find_product(self, request, action):
        if "pk" not in self.kwargs:
            key = self.kwargs.get("key") or self._key_in_query(request)
            return get_product(request.user, key, action)
        rows = self.rows.filter(pk=self.kwargs["pk"])
        if "key" in self.kwargs:
            rows = rows.filter(product__key=self.kwargs["key"].replace("\x00", ""))
        self.row = get_row(request.user, rows, action)
        return self.row.product

    def _key_in_query(self, request):
        key = request.query_params.get("product")
        if key is None and isinstance(request.data, dict):
            key = request.data.get("product")
        if not isinstance(key, str) or not key:
            raise ValidationError({"product": "Say of which product: ?product=KEY."})
        if "\x00" in key:
            raise NotFound
        return key

    def get_serializer_context(self):
        return super().get_serializer_context() | {"product": getattr(self, "product", None)}

    def options(self, request, *args, **kwargs):
        return Response(headers={"Allow": ", ".join(self.allowed_methods)})

    @property
    def author(self):
        """The user to write into a row; None for a product token's bearer."""
        return self.request.user if self.request.user.pk else None

    def valid(self, *, instance=None, partial=False, **more):
        serializer = self.get_serializer(instance, data=self.request.data, partial=partial, **more)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data


class OneRow(ProductAPI):
    """GET, PATCH, PUT and DELETE of one row; the last three need If-Match."""

    def answer(self, row, status=200):
        return Response(
            self.get_serializer(row).data, status=status, headers={"ETag": f'"{row.version}"'}
        )

    def get(self, request, **kwargs):
        return self.answer(self.row)

    def patch(self, request, **kwargs):
        return self._change(partial=True)

    def put(self, request, **kwargs):
        return self._change(partial=False)

    def delete(self, request, **kwargs):
        self.remove(self.row, version=expected_version(request))
        return Response(status=204)

    def _change(self, *, partial):
        version = expected_version(self.request)
        changes = self.valid(instance=self.row, partial=partial)
        row = self.save(self.row, version=version, changes=changes)
        row.product = self.product
        return self.answer(row)

    def save(self, row, *, version, changes):
        for name, value in changes.items():
            setattr(row, name, value)
        return save_if_current(row, version=version, fields=list(changes), by=self.author)

    def remove(self, row, *, version):
        delete_if_current(row, version=version)


def expected_version(request):
    """The version in If-Match; 428 without it."""
    header = request.headers.get("If-Match")
    if header is None:
        raise VersionRequired
    found = ETAG.match(header.strip())
    if not found:
        raise ValidationError({"If-Match": 'Send the ETag you read, such as "3".'})
    return int(found[1])
