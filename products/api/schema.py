"""What drf-spectacular can't read off our views."""

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers

from products.api.problems import PROBLEM

#: on every write's answer
CHANGE = OpenApiParameter(
    "Userward-Change",
    response=[200, 201, 202, 204],
    location=OpenApiParameter.HEADER,
    description="Opaque; `ranking/?after=` waits until this write is in the scores.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    location=OpenApiParameter.HEADER,
    required=True,
    pattern=r'^(W/)?"?[0-9]{1,9}"?$',
    description="The ETag that you read.",
)


class WrongFieldSerializer(serializers.Serializer):
    index = serializers.IntegerField(required=False, help_text="Of the row, in a bulk request.")
    field = serializers.CharField(allow_blank=True, help_text="Empty: the row as a whole.")
    message = serializers.CharField()


class ProblemSerializer(serializers.Serializer):
    """RFC 9457: what is wrong, and in which fields."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = WrongFieldSerializer(many=True, required=False)
    current = serializers.DictField(required=False, help_text="Of a 412: the row as it is now.")


class Described(AutoSchema):
    """A POST makes something; every operation tells of the problems it may answer with."""

    def _is_create_operation(self):
        return self.method == "POST"

    def get_override_parameters(self):
        query = getattr(self.view, "query_serializer", None)
        return [query] if query and self.method == "GET" else []

    def _get_response_bodies(self, direction="response"):
        return super()._get_response_bodies(direction) | {
            code: self._get_response_for_code(ProblemSerializer, code, [PROBLEM], direction)
            for code in map(str, self._problems())
        }

    def _problems(self):
        yield from (400, 401, 403, 404)
        if self.method != "GET":
            yield from (409, 413, 415)
        if IF_MATCH in self.get_override_parameters():
            yield from (412, 428)


def listing(serializer, **query):
    """Class decorator: GET answers pages of `serializer`; `query` is name → description.

    A POST beside it is a write, and takes the same query or finds it in the body.
    """
    asked = [OpenApiParameter(n, description=text, required=True) for n, text in query.items()]
    said = [
        OpenApiParameter(n, description=f"{text} Or `{n}` in the body.")
        for n, text in query.items()
    ]
    pages = extend_schema(parameters=asked, responses=serializer(many=True))

    def decorate(view):
        view.lists, view.query_names = True, frozenset(query)
        makes = extend_schema(parameters=[CHANGE, *said])
        writes = {"post": makes} if hasattr(view, "post") else {}
        return extend_schema_view(get=pages, **writes)(view)

    return decorate


def needs_if_match(view):
    """Class decorator: the methods that change the row say so."""
    methods = [m for m in ("patch", "put", "delete") if m in view.http_method_names]
    changes = extend_schema(parameters=[IF_MATCH, CHANGE])
    return extend_schema_view(**dict.fromkeys(methods, changes))(view)
