import re

from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response

from personas.models import AdoptionReading, Persona
from personas.services import FIGURES, check_observed_on, impossible, is_own, record_reading
from products.access import get_product, get_row, may
from products.api.base import OneRow, ProductAPI
from products.api.fields import MOST, RowSerializer
from products.api.pages import Pages
from products.api.schema import listing, needs_if_match


class ReadingSerializer(RowSerializer):
    """How many could use it and did, on a day."""

    limits = dict.fromkeys(FIGURES, (0, MOST))
    name = serializers.CharField(source="persona.name", read_only=True, help_text="The persona's.")

    class Meta:
        model = AdoptionReading
        fields = [
            "id",
            "persona",
            "name",
            "observed_on",
            "installed",
            "active",
            "worked_around",
            "note",
            "source",
            "version",
        ]
        read_only_fields = ["persona", "version"]
        validators = []

    validate_observed_on = staticmethod(check_observed_on)

    def validate(self, given):
        def value(name):
            return given.get(name, getattr(self.instance, name, 0))

        if wrong := impossible(*map(value, FIGURES)):
            raise ValidationError(wrong)
        return given


class ReadingPages(Pages):
    ordering = ("-observed_on", "-id")


@listing(ReadingSerializer, persona="The persona's id.")
class Readings(ProductAPI):
    """The adoption readings of `?persona=`, newest first; POST replaces that day's.

    What it leaves out stays as it was; of two at once the later wins, in the fields it names.
    """

    declared_role = {"GET": "read", "POST": "record_reading"}
    noun = "adoption reading"
    operations = {"POST": "Record an adoption reading"}
    serializer_class = ReadingSerializer
    pagination_class = ReadingPages
    queryset = AdoptionReading.objects.none()

    def find_product(self, request, action):
        asked = request.query_params.get("persona")
        if asked is None and isinstance(request.data, dict):
            asked = request.data.get("persona")
        if not re.fullmatch("-?[0-9]{1,19}", str(asked)):
            raise ValidationError({"persona": "Say whose: ?persona=ID."})
        pk = int(asked)
        if not 0 < pk < 2**63:
            raise NotFound
        self.persona = get_row(request.user, Persona.objects.filter(pk=pk), action)
        return self.persona.product

    @property
    def said(self):
        return super().said | {"persona": self.persona.pk}

    def get(self, request):
        page = self.paginate_queryset(self.persona.readings.select_related("persona"))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def post(self, request):
        given = self.valid()
        row = record_reading(
            persona=self.persona,
            by=self.author,
            only_own=not may(self.product, "edit_others_readings"),
            **given,
        )
        row.refresh_from_db()
        return Response(
            self.get_serializer(row).data, status=201, headers={"ETag": f'"{row.version}"'}
        )


@needs_if_match
class OneReading(OneRow):
    declared_role = {
        "GET": "read",
        "PATCH": "record_reading",
        "PUT": "record_reading",
        "DELETE": "record_reading",
    }
    noun = "adoption reading"
    serializer_class = ReadingSerializer
    rows = AdoptionReading.objects.select_related("persona")

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if request.method in ("PATCH", "PUT", "DELETE") and not is_own(self.row, request.user):
            get_product(request.user, self.product.key, "edit_others_readings")
