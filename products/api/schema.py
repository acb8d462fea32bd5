"""What drf-spectacular can't read off our views."""

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view

#: on every write's answer
CHANGE = OpenApiParameter(
    "Userward-Change",
    response=True,
    location=OpenApiParameter.HEADER,
    description="Opaque; `ranking/?after=` waits until this write is in the scores.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    location=OpenApiParameter.HEADER,
    required=True,
    description="The ETag that you read.",
)


def listing(serializer, **query):
    """Class decorator: GET answers pages of `serializer`; `query` is name → description."""
    parameters = [OpenApiParameter(name, description=text) for name, text in query.items()]
    return extend_schema_view(
        get=extend_schema(operation_id=None, parameters=parameters, responses=serializer(many=True))
    )


def needs_if_match(view):
    """Class decorator: the methods that change the row say so."""
    methods = [m for m in ("patch", "put", "delete") if m in view.http_method_names]
    return extend_schema_view(**{m: extend_schema(parameters=[IF_MATCH]) for m in methods})(view)
