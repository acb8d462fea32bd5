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
    """Class decorator: GET answers pages of `serializer`; `query` is name → description.

    A POST beside it is a write.
    """
    parameters = [OpenApiParameter(name, description=text) for name, text in query.items()]
    pages = extend_schema(parameters=parameters, responses=serializer(many=True))

    def decorate(view):
        writes = {"post": extend_schema(parameters=[CHANGE])} if hasattr(view, "post") else {}
        return extend_schema_view(get=pages, **writes)(view)

    return decorate


def needs_if_match(view):
    """Class decorator: the methods that change the row say so."""
    methods = [m for m in ("patch", "put", "delete") if m in view.http_method_names]
    changes = extend_schema(parameters=[IF_MATCH, CHANGE])
    return extend_schema_view(**dict.fromkeys(methods, changes))(view)
