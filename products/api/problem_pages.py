from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from products.api.base import API
from products.api.problem_types import BY_NAME, PROBLEMS


class ProblemTypeSerializer(serializers.Serializer):
    type = serializers.CharField()
    name = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    description = serializers.CharField()


class ProblemTypesSerializer(serializers.Serializer):
    results = ProblemTypeSerializer(many=True)


class Public(API):
    declared_role = "public"
    authentication_classes = ()
    permission_classes = ()
    http_method_names = ("get", "head", "options")


class ProblemTypes(Public):
    """What a problem's `type` may be, and what each tells."""

    operations = {"GET": "List the types of problems"}
    serializer_class = ProblemTypesSerializer

    @extend_schema(responses=ProblemTypesSerializer)
    def get(self, request):
        return Response(ProblemTypesSerializer({"results": PROBLEMS}).data)


class OneProblemType(Public):
    """What a problem of this `type` tells."""

    operations = {"GET": "Get a type of problems"}
    serializer_class = ProblemTypeSerializer

    def get(self, request, name):
        if name not in BY_NAME:
            raise NotFound
        return Response(ProblemTypeSerializer(BY_NAME[name]).data)
