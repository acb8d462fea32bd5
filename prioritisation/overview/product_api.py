from contextlib import contextmanager

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from personas.models import Kind
from prioritisation.pipeline.snapshots import snapshot
from prioritisation.selectors.weights import read_people
from products.api.base import API, OneRow
from products.api.fields import RowSerializer
from products.api.members import RoleField
from products.api.schema import listing, needs_if_match
from products.forms import ProductForm
from products.models import Product
from products.roles import Role
from products.services import create_product
from products.versions import StaleVersion

MARKETS = ("consumer", "enterprise", "ad_funded", "mixed")


def market(kinds):
    """What kind of market the personas' kinds make: never a mode, only read off."""
    return {
        (False, False): "consumer",
        (True, False): "enterprise",
        (False, True): "ad_funded",
        (True, True): "mixed",
    }[Kind.PROCURER in kinds, Kind.ADVERTISER in kinds]


class ProductSerializer(RowSerializer):
    """What is built, and what the next release holds of it."""

    limits = ProductForm.limits
    market = serializers.SerializerMethodField()
    adoption = serializers.SerializerMethodField()
    role = serializers.SerializerMethodField()

    class Meta:
        model = Product
        fields = [
            "key",
            "name",
            "description",
            "effort_unit",
            "capacity",
            "market",
            "adoption",
            "role",
            "is_sample",
            "created_at",
            "version",
        ]
        read_only_fields = ["created_at", "version"]
        extra_kwargs = {"key": {"required": False}}

    @extend_schema_field(serializers.ChoiceField(MARKETS))
    def get_market(self, product) -> str:
        return market({persona.kind for persona in self._people(product).personas})

    def get_adoption(self, product) -> float | None:
        return self._people(product).adopted

    @extend_schema_field(RoleField())
    def get_role(self, product) -> str:
        return Role(product.role).label

    def _people(self, product):
        known = self.context.setdefault("people", {})
        if product.pk not in known:
            known.update(read_people([product.pk]))
        return known[product.pk]


@listing(ProductSerializer)
class Products(API):
    """The products you have a role in; POST makes one that you own."""

    declared_role = "signed in"
    noun = "product"
    serializer_class = ProductSerializer
    queryset = Product.objects.none()

    def get(self, request):
        with snapshot():  # else one that is deleted meanwhile would have no people
            page = self.paginate_queryset(Product.objects.with_role(request.user))
            people = read_people([product.pk for product in page])
        serializer = self.get_serializer(page, many=True)
        serializer.context["people"] = people
        return self.get_paginated_response(serializer.data)

    def post(self, request):
        if not request.user.pk:
            self.permission_denied(request, message="A product's token can't make products.")
        product = create_product(owner=request.user, **self.valid())
        product = Product.objects.with_role(request.user).get(pk=product.pk)
        return Response(
            self.get_serializer(product).data,
            status=201,
            headers={"ETag": f'"{product.version}"'},
        )


@needs_if_match
class OneProduct(OneRow):
    declared_role = {
        "GET": "read",
        "PATCH": "edit_product",
        "PUT": "edit_product",
        "DELETE": "delete_product",
    }
    noun = "product"
    serializer_class = ProductSerializer

    def find_product(self, request, action):
        self.row = super().find_product(request, action)
        return self.row

    def get_serializer(self, *args, **kwargs):
        serializer = super().get_serializer(*args, **kwargs)
        serializer.fields["key"].read_only = True
        return serializer

    def save(self, row, *, version, changes):
        with _role_kept(row):
            saved = super().save(row, version=version, changes=changes)
        saved.role = row.role
        return saved

    def remove(self, row, *, version):
        Product.objects.lock(row.pk)
        with _role_kept(row):
            super().remove(row, version=version)


@contextmanager
def _role_kept(row):
    """The row as it is now, which a 412 shows, tells the caller's role as well."""
    try:
        yield
    except StaleVersion as stale:
        stale.current.role = row.role
        raise
