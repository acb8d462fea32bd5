from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import APIException

from products import members
from products.api.base import OneRow, ProductAPI
from products.api.fields import RoleField
from products.api.invitations import invite, inviting
from products.api.schema import listing, needs_if_match
from products.api.strict import Strict
from products.models import Membership
from products.versions import StaleVersion


class OwnerStays(APIException):
    status_code = 409
    default_code = "owner_stays"
    default_detail = "A product keeps an owner: make somebody else one first."


class MemberSerializer(Strict, serializers.ModelSerializer):
    email = serializers.EmailField(source="user.email", read_only=True)
    name = serializers.CharField(source="user.__str__", read_only=True)
    role = RoleField()

    class Meta:
        model = Membership
        fields = ["id", "email", "name", "role", "version"]
        read_only_fields = ["version"]


@listing(MemberSerializer)
@extend_schema_view(post=inviting)
class Members(ProductAPI):
    """The members of a product; POST invites one, as that of `invitations/` does."""

    declared_role = {"GET": "read", "POST": "manage_members"}
    noun = "member"
    operations = {"POST": "Invite a member"}
    serializer_class = MemberSerializer
    queryset = Membership.objects.none()

    def get(self, request, key):
        rows = self.product.memberships.select_related("user").order_by("id")
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def post(self, request, key):
        return invite(self)


@needs_if_match
class OneMember(OneRow):
    declared_role = {"GET": "read", "PATCH": "manage_members", "DELETE": "manage_members"}
    noun = "member"
    also_refuses = {"DELETE": (409,)}
    serializer_class = MemberSerializer
    rows = Membership.objects.select_related("user")

    def get_serializer(self, *args, **kwargs):
        serializer = super().get_serializer(*args, **kwargs)
        if "data" in kwargs or self.request.method == "PATCH":
            serializer.fields["email"].read_only = True
        return serializer

    def save(self, row, *, version, changes):
        if "role" not in changes:
            return row
        row.role = changes["role"]
        try:
            return members.set_role(membership=row, version=version, by=self.author)
        except members.LastOwner:
            raise OwnerStays from None

    def remove(self, row, *, version):
        current = Membership.objects.select_for_update().get(pk=row.pk)
        if current.version != version:
            raise StaleVersion(current)
        try:
            members.remove_member(current)
        except members.LastOwner:
            raise OwnerStays from None
