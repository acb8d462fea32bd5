from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.reverse import reverse

from products import invitations
from products.api.base import OneRow, ProductAPI
from products.api.fields import RoleField, WholeNumberField
from products.api.schema import listing, needs_if_match
from products.api.strict import Strict
from products.members import AlreadyMember
from products.models import Invitation

MAX_DAYS = 30


class InvitationRefused(APIException):
    status_code = 409
    default_code = "conflict"


class InvitationSerializer(Strict, serializers.ModelSerializer):
    role = RoleField()
    days = WholeNumberField(
        write_only=True, min_value=1, max_value=MAX_DAYS, default=invitations.DAYS
    )
    created_by = serializers.CharField(read_only=True, allow_null=True, help_text="Their name.")

    class Meta:
        model = Invitation
        fields = [
            "id",
            "role",
            "email",
            "days",
            "created_by",
            "created_at",
            "expires_at",
            "accepted_at",
            "revoked_at",
            "version",
        ]
        read_only_fields = ["created_at", "expires_at", "accepted_at", "revoked_at", "version"]


class NewInvitationSerializer(InvitationSerializer):
    """With its link, which no other answer holds: it is stored nowhere."""

    link = serializers.URLField(read_only=True)
    mailed = serializers.BooleanField(
        read_only=True, help_text="Whether it goes to `email` by itself."
    )

    class Meta(InvitationSerializer.Meta):
        fields = [*InvitationSerializer.Meta.fields, "link", "mailed"]


def invite(view):
    """Answer the invitation that the body of the view's request asks for."""
    said = InvitationSerializer(data=view.request.data, context=view.get_serializer_context())
    said.is_valid(raise_exception=True)
    try:
        made, text = invitations.invite(product=view.product, by=view.author, **said.validated_data)
    except AlreadyMember:
        raise ValidationError({"email": "This person is a member already."}) from None
    except invitations.TooManyInvitations:
        most = invitations.MAX_OPEN_INVITATIONS
        raise InvitationRefused(f"{most} are open. Revoke some first.") from None
    made.link = reverse("invitation", args=[text], request=view.request)
    made.mailed = invitations.mail_invitation(made, link=made.link)
    told = NewInvitationSerializer(made).data
    return Response(told, status=201, headers={"ETag": f'"{made.version}"'})


inviting = extend_schema(request=InvitationSerializer, responses={201: NewInvitationSerializer})


@listing(InvitationSerializer)
@extend_schema_view(post=inviting)
class Invitations(ProductAPI):
    """The open invitations; POST makes one. Its answer alone holds the link.

    With `email` it lets in that account alone, known by now or not.
    """

    declared_role = {"GET": "manage_members", "POST": "manage_members"}
    noun = "invitation"
    operations = {"POST": "Create an invitation"}
    serializer_class = InvitationSerializer
    queryset = Invitation.objects.none()

    def get(self, request, key):
        rows = self.product.invitations.open().select_related("created_by")
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def post(self, request, key):
        return invite(self)


@needs_if_match
class OneInvitation(OneRow):
    """DELETE revokes it: it lets nobody in from then on."""

    declared_role = {"GET": "manage_members", "DELETE": "manage_members"}
    noun = "invitation"
    operations = {"DELETE": "Revoke an invitation"}
    also_refuses = {"DELETE": (409,)}
    serializer_class = InvitationSerializer
    rows = Invitation.objects.select_related("created_by")

    def remove(self, row, *, version):
        invitations.revoke_invitation(row, by=self.author)
        # Looked at afterwards: somebody may have come in by it since it was read.
        row.refresh_from_db()
        if row.accepted_at:
            raise InvitationRefused("It was used already: remove the member instead.")
