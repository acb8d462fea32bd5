from rest_framework import serializers
from rest_framework.response import Response

from accounts.scopes import EVERYTHING
from products.api.base import API
from products.api.fields import RoleField
from products.models import Product


class MyProductSerializer(serializers.Serializer):
    key = serializers.CharField()
    role = RoleField()


class MyTokenSerializer(serializers.Serializer):
    name = serializers.CharField()
    product = serializers.CharField(
        source="product.key", default=None, allow_null=True, help_text="Of a product's token."
    )
    expires_at = serializers.DateTimeField(allow_null=True)


class MeSerializer(serializers.Serializer):
    id = serializers.IntegerField(allow_null=True, help_text="Null for a product's token.")
    username = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    email = serializers.EmailField(allow_null=True)
    token = MyTokenSerializer(allow_null=True, help_text="Null where a session's cookie asks.")
    scopes = serializers.ListField(
        child=serializers.CharField(), help_text="What the token may; `*` is everything."
    )
    products = MyProductSerializer(many=True, help_text="Where one has a role.")


class Me(API):
    """Who asks, and what they may: the scopes of the token, and the role in each product."""

    declared_role = "signed in"
    operations = {"GET": "Get who I am"}
    serializer_class = MeSerializer
    http_method_names = ("get", "head", "options")

    def get(self, request):
        user, token = request.user, request.auth
        products = Product.objects.with_role(user).order_by("key")
        told = {
            "id": user.pk,
            "username": user.get_username() or None,
            "name": str(user),
            "email": getattr(user, "email", None),
            "token": token,
            "scopes": token.scopes if token else [EVERYTHING],
            "products": products.values("key", "role"),
        }
        return Response(MeSerializer(told).data)
