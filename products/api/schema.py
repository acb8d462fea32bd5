"""What drf-spectacular can't read off our views."""

from collections.abc import Callable, Iterator
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import force_instance
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers

from products.api.idempotency import HEADER, REPLAYED, VISIBLE
from products.api.problems import PROBLEM
from products.api.scopes import scopes_of_operation
from products.api.strict import Strict

IF_MATCH = OpenApiParameter(
    "If-Match",
    location=OpenApiParameter.HEADER,
    required=True,
    pattern=r'^(\*|(W/)?"[^"]*"(, *(W/)?"[^"]*")*|[0-9]{1,9})$',
    description="The ETag that you read, or several of which one must be the row's; * for any.",
)
IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    location=OpenApiParameter.HEADER,
    pattern=f"^{VISIBLE.pattern}$",
    description="Of your choice, such as a UUID, a new one for each request. Sent again with the"
    " same, within a day, the request is done once and answered as the first time; one that comes"
    " while the first is under way waits for it.",
)
VERBS = {"POST": "Create", "GET": "Get", "PATCH": "Change", "PUT": "Replace", "DELETE": "Delete"}
TEXT = {"type": "string"}
PATH_PARAMETERS = {
    "id": {"type": "integer", "minimum": 1},
    "name": TEXT,
    "key": TEXT | {"pattern": "^[A-Z0-9]{2,10}$"},
}
IN_QUERY = {"product": PATH_PARAMETERS["key"], "persona": PATH_PARAMETERS["id"]}
ETAG = {
    "schema": TEXT | {"pattern": '^(W/)?"[0-9]+"$'},
    "description": "The row's version: what If-Match takes.",
    "required": True,
}
CHANGE = {
    "schema": TEXT | {"pattern": "^[0-9]+$"},
    "description": "Absent where nothing was written. `ranking/?after=` waits until this write is"
    " in the scores.",
}
ONCE_MORE = {
    "schema": {"enum": ["true"]},
    "description": f"Of an answer given once more, by its {HEADER}.",
}
SECONDS = {"schema": {"type": "integer", "minimum": 1}, "required": True}
MORE_HEADERS = {
    "401": {"WWW-Authenticate": {"schema": TEXT, "required": True}},
    "412": {"ETag": ETAG},
    "429": {"Retry-After": SECONDS},
    "503": {"Retry-After": SECONDS},
}


class WrongFieldSerializer(serializers.Serializer):
    sometimes = {"index"}
    index = serializers.IntegerField(required=False, help_text="Of the row, in a bulk request.")
    field = serializers.CharField(allow_blank=True, help_text="Empty: the row as a whole.")
    message = serializers.CharField()


class ProblemSerializer(serializers.Serializer):
    """RFC 9457: what is wrong, and in which fields."""

    sometimes = {"errors", "scopes", "current", "first"}
    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = WrongFieldSerializer(many=True, required=False)
    scopes = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="That the token needs."
    )
    current = serializers.DictField(required=False, help_text="Of a 412: the row as it is now.")
    first = serializers.URLField(
        required=False, help_text="Of a ranking that has moved: its first page."
    )


class Described(AutoSchema):
    """Names operations, and tells of their headers and of the problems they may answer with.

    A view says what its rows are called (`noun`), or by `operations` what a method does, in a
    sentence; that makes the operation's id, and so the name of a generated client's method.
    `also_refuses` is method → problems that only this view has.
    """

    def get_summary(self) -> str:
        said = getattr(self.view, "operations", {}).get(self.method)
        if said:
            return said
        noun = self.view.noun
        if self._is_list_view():
            return f"List {noun}s"
        return f"{VERBS[self.method]} {'an' if noun[0] in 'aeiou' else 'a'} {noun}"

    def get_operation_id(self) -> str:
        words = self.get_summary().lower().split()
        return "_".join(word for word in words if word not in {"a", "an", "the"})

    def get_override_parameters(self) -> list:
        query = getattr(self.view, "query_serializer", None)
        asked = [query] if query and self.method == "GET" else []
        return [*asked, IDEMPOTENCY_KEY] if self.method == "POST" else asked

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict]:
        found = super()._resolve_path_parameters(variables)
        for parameter in found:
            parameter["schema"] = PATH_PARAMETERS[parameter["name"]]
        return found

    def _is_create_operation(self) -> bool:
        return self.method == "POST"

    def _map_basic_serializer(self, serializer: Any, direction: str) -> dict:
        """A request has no other field; an answer all but those that are there `sometimes`."""
        schema = super()._map_basic_serializer(serializer, direction)
        if direction == "request" and isinstance(serializer, Strict):
            schema["additionalProperties"] = False
        if direction == "response":
            sometimes = getattr(serializer, "sometimes", set())
            schema["required"] = sorted(set(schema["properties"]) - sometimes)
        return schema

    def _get_response_bodies(self, direction: str = "response") -> dict:
        bodies = super()._get_response_bodies(direction) | {
            str(code): self._get_response_for_code(ProblemSerializer, str(code), [PROBLEM])
            for code in sorted(self._problems())
        }
        for code, body in bodies.items():
            if headers := body.get("headers", {}) | self._headers(code):
                body["headers"] = headers
        return bodies

    def get_auth(self) -> list:
        """Of a token, which scopes it needs (OpenAPI 3.1 has a place for them there)."""
        return [
            dict.fromkeys(way, self._scopes()) if "token" in way else way
            for way in super().get_auth()
        ]

    def get_description(self) -> str:
        told, scopes = super().get_description() or "", self._scopes()
        needs = f"A token needs {' and '.join(f'`{one}`' for one in scopes)}." if scopes else ""
        return "\n\n".join(filter(None, [told, needs]))

    def _scopes(self) -> list[str]:
        return scopes_of_operation(self.path, self.method) or []

    def _headers(self, code: str) -> dict:
        if code in MORE_HEADERS:
            return MORE_HEADERS[code]
        if code >= "300" or self.method == "GET":
            return {}
        written = {"Userward-Change": CHANGE}
        return written | {REPLAYED: ONCE_MORE} if self.method == "POST" else written

    def _problems(self) -> Iterator[int]:
        yield from (400, 406, 429, 503)
        if self.view.get_authenticators():
            yield from (401, 403)
        if "{" in self.path or self.view.query_names:
            yield 404
        if self.method != "GET":
            yield 413
        if self.method in ("POST", "PUT", "PATCH"):
            yield from (409, 415)
        if self.method == "POST":
            yield 422
        if IF_MATCH in self.get_override_parameters():
            yield from (412, 428)
        yield from getattr(self.view, "also_refuses", {}).get(self.method, ())

    def _get_response_for_code(
        self,
        serializer: Any,
        status_code: str,
        media_types: list[str] | None = None,
        direction: str = "response",
    ) -> dict:
        response = super()._get_response_for_code(serializer, status_code, media_types, direction)
        if _is_row(serializer):
            response["headers"] = response.get("headers", {}) | {"ETag": ETAG}
        return response


def _is_row(serializer: Any) -> bool:
    """Whether it answers one row with its version."""
    serializer = force_instance(serializer)
    return isinstance(serializer, serializers.ModelSerializer) and "version" in serializer.fields


def listing(serializer: type, **query: str) -> Callable[[type], type]:
    """Class decorator: GET answers pages of `serializer`; `query` is name → description.

    A POST beside it takes the same query. (It may also stand in the body, for those who send an
    answer back; that isn't told, since one way is enough to know.)
    """
    asked = [
        OpenApiParameter(n, IN_QUERY[n], description=text, required=True)
        for n, text in query.items()
    ]
    pages = extend_schema(parameters=asked, responses=serializer(many=True))

    def decorate(view: type) -> type:
        view.lists, view.query_names = True, frozenset(query)
        writes = {"post": extend_schema(parameters=asked)} if hasattr(view, "post") else {}
        return extend_schema_view(get=pages, **writes)(view)

    return decorate


def needs_if_match(view: type) -> type:
    """Class decorator: the methods that change the row say so."""
    methods = [m for m in ("patch", "put", "delete") if m in view.http_method_names]
    changes = extend_schema(parameters=[IF_MATCH])
    return extend_schema_view(**dict.fromkeys(methods, changes))(view)
