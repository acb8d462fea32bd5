"""What the API's views share: a declared role a method, what they take and answer, If-Match."""

from django.db import DatabaseError, connection
from rest_framework import generics
from rest_framework.exceptions import MethodNotAllowed, NotAcceptable, NotFound, ValidationError
from rest_framework.response import Response
from rest_framework.utils.mediatypes import media_type_matches

from products.access import get_product, get_row
from products.api.conditions import check_version
from products.api.idempotency import OncePerKey
from products.api.pages import Pages
from products.api.problems import PROBLEM
from products.api.strict import NO_FIELD, refuse_unknown_query
from products.versions import StaleVersion, delete_if_current, save_if_current


class API(OncePerKey, generics.GenericAPIView):
    """A view that takes nothing silently, and answers whoever takes one of its answers."""

    pagination_class = Pages
    query_serializer = None
    """Of GET: its fields are the query parameters; `self.query` is what they say."""
    query_names = frozenset()
    """Further parameters, of GET and POST; `schema.listing` sets them."""
    lists = False
    """Whether GET answers pages; `schema.listing` sets it."""
    without_body = frozenset()
    """Methods whose body, if there is one, is empty. (A DELETE's has no meaning in HTTP.)"""
    media_types = ("application/json",)

    def perform_content_negotiation(self, request, force=False):
        # Never an error: whoever is refused reads why, whatever they accept.
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if request.method == "OPTIONS":
            return
        self.authorise(request)
        if not self._is_accepted(request.headers.get("Accept") or "*/*"):
            raise NotAcceptable
        refuse_unknown_query(request.query_params, self._known_query(request.method))
        if request.method in self.without_body and request.data:
            raise ValidationError(dict.fromkeys(_names(request.data), NO_FIELD))

    def authorise(self, request):
        """Find what the request is about; raise where the caller may not do that."""

    def _is_accepted(self, header):
        accepted = header.lower().replace(" ", "").split(",")
        return any(
            media_type_matches(ours, theirs)
            for ours in (*self.media_types, PROBLEM)
            for theirs in accepted
            if not theirs.endswith((";q=0", ";q=0.0", ";q=0.00", ";q=0.000"))
        )

    def _known_query(self, method):
        if method == "POST":
            return self.query_names
        if method not in ("GET", "HEAD"):
            return frozenset()
        pages = self.paginator.get_schema_operation_parameters(self) if self.lists else ()
        asked = self.query_serializer().fields if self.query_serializer else ()
        return {*self.query_names, *asked, *(parameter["name"] for parameter in pages)}

    @property
    def query(self):
        # Not as a form, in which an empty field says nothing.
        serializer = self.query_serializer(data=self.request.query_params.dict())
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

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


def _names(data):
    return data if isinstance(data, dict) else [""]


class ProductAPI(API):
    """A view below one product, for which `declared_role` names the action of each method.

    The product is the one whose key is in the URL, or in `?product=`, or that the row `pk` of
    `rows` belongs to. A stranger gets 404, a member with too small a role 403.
    """

    declared_role = {}
    rows = None
    """Of a view on one row: the queryset to find it in."""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.http_method_names = [*map(str.lower, cls.declared_role), "head", "options"]

    def authorise(self, request):
        action = self.declared_role.get("GET" if request.method == "HEAD" else request.method)
        if action is None:
            raise MethodNotAllowed(request.method)
        self.row = None
        self.product = self.find_product(request, action)

    def handle_exception(self, exc):
        try:
            return super().handle_exception(exc)
        except DatabaseError:
            raise  # the transaction can't be asked any more; WriteMiddleware may try it again
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

    @property
    def said(self):
        """What the URL says, by the name that a body may repeat it under."""
        return {"product": self.product.key}

    def get_serializer_context(self):
        context = super().get_serializer_context()
        product = getattr(self, "product", None)
        if product is None:  # of the schema
            return context
        return context | {"product": product, "said": self.said}

    def written(self, write):
        """`write(row)`, if it is as If-Match says.

        With `*` again where it is stale: we read version 3, another writes 4, and any will do.
        """
        row, product = self.row, self.product
        any_version = check_version(self.request, row)
        while True:
            try:
                return write(row)
            except StaleVersion as stale:
                if not any_version:
                    raise
                row = stale.current
                row.product = product


class OneRow(ProductAPI):
    """GET, PATCH, PUT and DELETE of one row; the last three need If-Match."""

    def answer(self, row, status=200):
        return Response(
            self.get_serializer(row).data, status=status, headers={"ETag": f'"{row.version}"'}
        )

    def get(self, request, **kwargs):
        return self.answer(self.row)

    def patch(self, request, **kwargs):
        return self.answer(self.written(lambda row: self._change(row, partial=True)))

    def put(self, request, **kwargs):
        return self.answer(self.written(lambda row: self._change(row, partial=False)))

    def delete(self, request, **kwargs):
        self.written(lambda row: self.remove(row, version=row.version))
        return Response(status=204)

    def _change(self, row, *, partial):
        serializer = self.get_serializer(row, data=self.request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        changes = serializer.validated_data
        if not partial:
            changes = serializer.defaults() | changes
        saved = self.save(row, version=row.version, changes=changes)
        saved.product = self.product
        return saved

    def save(self, row, *, version, changes):
        for name, value in changes.items():
            setattr(row, name, value)
        return save_if_current(row, version=version, fields=list(changes), by=self.author)

    def remove(self, row, *, version):
        delete_if_current(row, version=version)
