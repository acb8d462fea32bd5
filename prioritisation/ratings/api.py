from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from prioritisation.models import CONFIDENCE, Rating
from prioritisation.ratings.services import NewRating, record_ratings
from products.access import get_product, may
from products.api.base import OneRow, ProductAPI
from products.api.fields import RowSerializer, TextField
from products.api.schema import listing, needs_if_match
from products.models import Requirement

MOST_AT_ONCE = 5_000
#: what a rating shows of others
BESIDE = ("rater", "persona", "requirement__product")


class RatingSerializer(RowSerializer):
    """A rating in answers; `confidence` is what its basis counts for."""

    limits = {"value": (-5, 5)}
    key = serializers.CharField(source="requirement.key", read_only=True)
    name = serializers.CharField(source="persona.name", read_only=True, help_text="The persona's.")
    confidence = serializers.SerializerMethodField()
    rater = serializers.StringRelatedField(allow_null=True)

    class Meta:
        model = Rating
        fields = [
            "id",
            "requirement",
            "key",
            "persona",
            "name",
            "value",
            "basis",
            "confidence",
            "note",
            "rater",
            "source",
            "created_at",
            "updated_at",
            "version",
        ]
        read_only_fields = [
            "requirement",
            "persona",
            "created_at",
            "updated_at",
            "version",
            "source",
        ]
        validators = []

    def get_confidence(self, rating) -> float:
        return CONFIDENCE[rating.basis]


class OfProduct(serializers.PrimaryKeyRelatedField):
    """A row of the view's product, by id. Ids are looked up once for a whole bulk request."""

    def __init__(self, related, **kwargs):
        self.related = related
        super().__init__(queryset=Rating.objects.none(), **kwargs)

    def to_internal_value(self, data):
        known = self.context.setdefault(f"ids of {self.related}", None)
        if known is None:
            known = set(getattr(self.context["product"], self.related).values_list("pk", flat=True))
            self.context[f"ids of {self.related}"] = known
        if isinstance(data, bool) or not isinstance(data, (int, str)):
            self.fail("incorrect_type", data_type=type(data).__name__)
        try:
            pk = int(data)
        except ValueError:
            self.fail("incorrect_type", data_type=type(data).__name__)
        if pk not in known:
            raise serializers.ValidationError("This product has none with this id.")
        return pk

    def to_representation(self, value):
        return value

    def use_pk_only_optimization(self):
        return False


class NewRatingSerializer(RowSerializer):
    """What a persona would give for it: your own answer, or that of a `source`.

    A basis or note that is left out stays as it was; a new rating is guessed, without a note.
    """

    limits = {"value": (-5, 5)}
    persona = OfProduct("personas")
    source = TextField(max_length=200, required=False, allow_blank=True, default="")

    class Meta:
        model = Rating
        fields = ["persona", "value", "basis", "note", "source"]
        validators = []
        extra_kwargs = {"basis": {"required": False}}


class BulkRatingSerializer(NewRatingSerializer):
    requirement = OfProduct("requirements")

    class Meta(NewRatingSerializer.Meta):
        fields = ["requirement", *NewRatingSerializer.Meta.fields]


class RecordedSerializer(serializers.Serializer):
    recorded = serializers.IntegerField()


class RecordsRatings(ProductAPI):
    """One's own ratings, or with `source` that source's: those have no rater.

    POST replaces, whatever is there: of two at once the later wins, each in the fields it names.
    Whoever would rather be told PATCHes, with the ETag they read.
    """

    def record(self, given):
        """Record [{requirement, persona, value, …}]; all or nothing."""
        sourced = [bool(one["source"]) for one in given]
        if any(sourced) and not may(self.product, "edit_others_ratings"):
            raise PermissionDenied("Only maintainers record what a source says.")
        if not all(sourced) and self.author is None:
            raise ValidationError({"source": "A product's token is no rater: name a source."})
        made = []
        for as_source in (True, False):
            batch = [
                NewRating(
                    requirement_id=one["requirement"],
                    persona_id=one["persona"],
                    value=one["value"],
                    basis=one.get("basis"),
                    note=one.get("note"),
                    source=one["source"],
                )
                for one in given
                if bool(one["source"]) is as_source
            ]
            if batch:
                made += record_ratings(
                    product=self.product, by=self.author, ratings=batch, as_source=as_source
                )
        return made


@listing(RatingSerializer)
class RatingsOfProduct(RecordsRatings):
    """All ratings of a product; POST takes up to 5,000, in at most 5 MB, all or none."""

    declared_role = {"GET": "read", "POST": "rate"}
    operations = {
        "GET": "List the ratings of a product",
        "POST": "Record ratings of a product",
    }
    serializer_class = RatingSerializer
    queryset = Rating.objects.none()

    def get(self, request, key):
        rows = Rating.objects.filter(product=self.product).select_related(*BESIDE)
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(request=BulkRatingSerializer(many=True), responses={201: RecordedSerializer})
    def post(self, request, key):
        if not isinstance(request.data, list):
            raise ValidationError({"ratings": "Send a list of ratings."})
        if len(request.data) > MOST_AT_ONCE:
            raise ValidationError({"ratings": f"At most {MOST_AT_ONCE:,} at once."})
        serializer = BulkRatingSerializer(
            data=request.data, many=True, context=self.get_serializer_context()
        )
        serializer.is_valid(raise_exception=True)
        _refuse_twice(serializer.validated_data)
        return Response({"recorded": len(self.record(serializer.validated_data))}, status=201)


def _refuse_twice(given):
    seen, errors = set(), [{} for _ in given]
    for index, one in enumerate(given):
        what = (one["requirement"], one["persona"], one["source"])
        if what in seen:
            errors[index] = {"persona": "Rated twice in this request."}
        seen.add(what)
    if any(errors):
        raise ValidationError(errors)


@listing(RatingSerializer)
class RatingsOfRequirement(RecordsRatings):
    """A requirement's ratings; POST replaces your own for that persona, or the source's."""

    declared_role = {"GET": "read", "POST": "rate"}
    operations = {
        "GET": "List the ratings of a requirement",
        "POST": "Record a rating of a requirement",
    }
    serializer_class = RatingSerializer
    rows = Requirement.objects.all()
    queryset = Rating.objects.none()

    @property
    def said(self):
        return super().said | {"requirement": self.row.pk}

    def get(self, request, pk):
        page = self.paginate_queryset(self.row.ratings.select_related(*BESIDE))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(request=NewRatingSerializer, responses={201: RatingSerializer})
    def post(self, request, pk):
        serializer = NewRatingSerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        row = self.record([serializer.validated_data | {"requirement": self.row.pk}])[0]
        row.rater = self.author if row.rater_id else None
        return Response(
            self.get_serializer(row).data, status=201, headers={"ETag": f'"{row.version}"'}
        )


@needs_if_match
class OneRating(OneRow):
    declared_role = {"GET": "read", "PATCH": "rate", "DELETE": "rate"}
    noun = "rating"
    serializer_class = RatingSerializer
    rows = Rating.objects.select_related(*BESIDE)

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if request.method in ("PATCH", "DELETE") and self.row.rater_id != request.user.pk:
            get_product(request.user, self.product.key, "edit_others_ratings")
