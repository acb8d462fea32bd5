from django.core.exceptions import PermissionDenied
from rest_framework import serializers
from rest_framework.response import Response

from prioritisation.decisions.services import check_decision
from prioritisation.pipeline.snapshots import snapshot
from prioritisation.ratings.cell_parsers import MOST_TAGS
from prioritisation.selectors.rankings import placed
from products.access import get_product, may
from products.api.base import OneRow, ProductAPI
from products.api.fields import RowSerializer, TextField
from products.api.pages import Pages
from products.api.schema import listing, needs_if_match
from products.models import Product, Requirement
from products.services import add_requirements

MUST_DO = {"must_reason", "must_note", "must_by"}


class RequirementSerializer(RowSerializer):
    """What might be built, with its place in the order."""

    limits = {"effort": (0.01, 1_000_000)}
    product = serializers.CharField(source="product.key", read_only=True)
    key = serializers.CharField(read_only=True)
    score = serializers.SerializerMethodField(help_text="−100…100; null before the first rescore.")
    rank = serializers.SerializerMethodField(help_text="Within the product; null if not ranked.")
    tags = serializers.ListField(
        child=TextField(max_length=40), required=False, max_length=MOST_TAGS
    )

    class Meta:
        model = Requirement
        fields = [
            "id",
            "product",
            "key",
            "number",
            "title",
            "description",
            "status",
            "decision",
            "effort",
            "must_reason",
            "must_note",
            "must_by",
            "tags",
            "external_id",
            "external_url",
            "score",
            "rank",
            "created_at",
            "updated_at",
            "version",
        ]
        read_only_fields = ["number", "created_at", "updated_at", "version"]

    def validate_tags(self, tags):
        """Each once, as the pages keep them."""
        # There commas part them: the next save of its form would make two of one.
        if any("," in tag for tag in tags):
            raise serializers.ValidationError("A tag has no comma.")
        return list(dict.fromkeys(tags))

    def get_score(self, requirement) -> float | None:
        score = self._placed(requirement)[0]
        return None if score is None else score / 10_000

    def get_rank(self, requirement) -> int | None:
        return self._placed(requirement)[1]

    def _placed(self, requirement):
        known = self.context.setdefault("placed", {})
        if requirement.pk not in known:
            found = placed(requirement.product_id, [requirement.pk])
            known[requirement.pk] = found.get(requirement.pk, (None, None))
        return known[requirement.pk]


class RequirementPages(Pages):
    ordering = ("number",)


@listing(RequirementSerializer, product="The product's key.")
class Requirements(ProductAPI):
    """The requirements of `?product=KEY`, by number."""

    declared_role = {"GET": "read", "POST": "add_requirement"}
    noun = "requirement"
    serializer_class = RequirementSerializer
    pagination_class = RequirementPages
    queryset = Requirement.objects.none()

    def get(self, request):
        with snapshot():
            page = self.paginate_queryset(self.product.requirements.select_related("product"))
            serializer = self.get_serializer(page, many=True)
            ids = [row.pk for row in page]
            serializer.context["placed"] = dict.fromkeys(ids, (None, None)) | placed(
                self.product.pk, ids
            )
            return self.get_paginated_response(serializer.data)

    def post(self, request):
        given = self.valid()
        only_maintainers_set_must_do(self.product, [name for name in given if given[name]])
        row = add_requirements(
            product=self.product, by=self.author, requirements=[Requirement(**given)]
        )[0]
        row.refresh_from_db()
        row.product = self.product
        return Response(
            self.get_serializer(row).data, status=201, headers={"ETag": f'"{row.version}"'}
        )


@needs_if_match
class OneRequirement(OneRow):
    declared_role = {
        "GET": "read",
        "PATCH": "edit_own_requirement",
        "PUT": "edit_own_requirement",
        "DELETE": "edit_own_requirement",
    }
    noun = "requirement"
    serializer_class = RequirementSerializer
    rows = Requirement.objects.all()

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        writes = request.method in ("PATCH", "PUT", "DELETE")
        if writes and self.row.created_by_id != request.user.pk:
            get_product(request.user, self.product.key, "edit_any_requirement")

    def save(self, row, *, version, changes):
        stored = {name: getattr(row, name) for name in MUST_DO}
        changed = {name for name in MUST_DO & set(changes) if changes[name] != stored[name]}
        only_maintainers_set_must_do(self.product, changed)
        decided = {name: changes.get(name, getattr(row, name)) for name in ("status", "decision")}
        check_decision(row, **decided)
        return super().save(row, version=version, changes=changes)

    def remove(self, row, *, version):
        Product.objects.lock(row.product_id)
        super().remove(row, version=version)


def only_maintainers_set_must_do(product, fields):
    """Refuse where `fields`, those that get another value, name one of must do."""
    if MUST_DO & set(fields) and not may(product, "set_must_do"):
        raise PermissionDenied("Only maintainers say what must be done.")
