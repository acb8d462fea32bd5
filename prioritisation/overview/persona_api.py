from rest_framework import serializers
from rest_framework.response import Response

from personas.forms import PersonaForm
from personas.models import Persona
from personas.services import add_persona
from prioritisation.selectors.weights import people_of
from products.api.base import OneRow, ProductAPI
from products.api.fields import RowSerializer
from products.api.pages import Pages
from products.api.schema import listing, needs_if_match
from products.models import Product


class PersonaSerializer(RowSerializer):
    """Somebody the product is for, or who pays for it."""

    limits = PersonaForm.limits | {"position": (0, 1_000_000)}
    product = serializers.CharField(source="product.key", read_only=True)
    weight = serializers.SerializerMethodField(help_text="Its share of the score, 0…1.")
    adoption = serializers.SerializerMethodField(help_text="0…1; null for buyers and sponsors.")

    class Meta:
        model = Persona
        fields = [
            "id",
            "product",
            "name",
            "kind",
            "summary",
            "goals",
            "frustrations",
            "quote",
            "headcount",
            "importance",
            "position",
            "weight",
            "adoption",
            "version",
        ]
        read_only_fields = ["version"]

    def validate_importance(self, value):
        if value != 0 and not 1e-6 <= value <= 1000:
            raise serializers.ValidationError("From 0 (not counted) to 1000.")
        return value

    def get_weight(self, persona) -> float:
        return self._people.share.get(persona.pk, 0.0)

    def get_adoption(self, persona) -> float | None:
        return self._people.adoption.get(persona.pk)

    @property
    def _people(self):
        if "people" not in self.context:
            self.context["people"] = people_of(self.context["product"])
        return self.context["people"]


class PersonaPages(Pages):
    ordering = ("position", "id")


@listing(PersonaSerializer, product="The product's key.")
class Personas(ProductAPI):
    """The personas of `?product=KEY`."""

    declared_role = {"GET": "read", "POST": "edit_personas"}
    noun = "persona"
    serializer_class = PersonaSerializer
    pagination_class = PersonaPages
    queryset = Persona.objects.none()

    def get(self, request):
        page = self.paginate_queryset(self.product.personas.select_related("product"))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def post(self, request):
        row = add_persona(product=self.product, by=self.author, **self.valid())
        return Response(
            self.get_serializer(row).data, status=201, headers={"ETag": f'"{row.version}"'}
        )


@needs_if_match
class OnePersona(OneRow):
    declared_role = {
        "GET": "read",
        "PATCH": "edit_personas",
        "PUT": "edit_personas",
        "DELETE": "edit_personas",
    }
    noun = "persona"
    serializer_class = PersonaSerializer
    rows = Persona.objects.all()

    def remove(self, row, *, version):
        Product.objects.lock(row.product_id)
        super().remove(row, version=version)
