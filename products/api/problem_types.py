"""What may be wrong, by name: the `type` of a problem is the address where the API tells of it.

`docs/api.md` lists them too. A status that says it all (404, 405, 500) has no type of its own.
"""

from dataclasses import dataclass
from http import HTTPStatus

from django.urls import reverse


@dataclass(frozen=True, slots=True)
class ProblemType:
    name: str
    status: HTTPStatus
    title: str
    description: str

    @property
    def type(self):
        return reverse("api_problem", args=[self.name])


PROBLEMS = (
    ProblemType(
        "invalid",
        HTTPStatus.BAD_REQUEST,
        "Something sent can't be",
        "`errors` lists each field, or query parameter, that is missing, unknown, read-only, out of"
        " bounds or taken by another row; in a bulk request with the index of its row. Nothing was"
        " changed.",
    ),
    ProblemType(
        "parse-error",
        HTTPStatus.BAD_REQUEST,
        "The body can't be read",
        "The body isn't the JSON that its Content-Type promises. `detail` says where.",
    ),
    ProblemType(
        "not-authenticated",
        HTTPStatus.UNAUTHORIZED,
        "Nobody is signed in",
        "Send `Authorization: Bearer <token>`, or the session's cookie.",
    ),
    ProblemType(
        "authentication-failed",
        HTTPStatus.UNAUTHORIZED,
        "The token opens nothing",
        "It isn't known, has expired or was revoked, or its user was deactivated.",
    ),
    ProblemType(
        "permission-denied",
        HTTPStatus.FORBIDDEN,
        "Your role is too small",
        "You see the product, but may not do this in it. `detail` says which role it needs.",
    ),
    ProblemType(
        "insufficient-scope",
        HTTPStatus.FORBIDDEN,
        "The token wasn't made for this",
        "`scopes` are those that it needs, all of them. Make a token with them, if you may.",
    ),
    ProblemType(
        "not-acceptable",
        HTTPStatus.NOT_ACCEPTABLE,
        "There is no such form of it",
        "`Accept` leaves out every media type that the schema documents for this address.",
    ),
    ProblemType(
        "conflict",
        HTTPStatus.CONFLICT,
        "It contradicts what is stored",
        "A rule of the database forbids it; `detail` tells which. It was changed meanwhile: read"
        " it anew.",
    ),
    ProblemType(
        "owner-stays",
        HTTPStatus.CONFLICT,
        "A product keeps an owner",
        "The last owner can't leave or become less: make somebody else an owner first.",
    ),
    ProblemType(
        "ranking-moved",
        HTTPStatus.CONFLICT,
        "The ranking has moved since that page",
        "The cursor is of an earlier version of the scores: pages of two versions would skip some"
        " requirements and repeat others. Begin anew at `first`.",
    ),
    ProblemType(
        "stale-version",
        HTTPStatus.PRECONDITION_FAILED,
        "Somebody changed it since you read it",
        "If-Match names another version than the row has. `current` is the row as it is, and ETag"
        " its version.",
    ),
    ProblemType(
        "too-large",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "The body is too large",
        "A body has at most 5 MB (5,242,880 bytes), in whatever alphabet; a long list may reach"
        " that before it has as many rows as it may. Send it in parts.",
    ),
    ProblemType(
        "unsupported-media-type",
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "The body isn't JSON",
        "Send `Content-Type: application/json`.",
    ),
    ProblemType(
        "key-reused",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "This Idempotency-Key came with another request",
        "The caller sent it within a day with another address or body. Take a new key for each"
        " request, and the same only to send the same again.",
    ),
    ProblemType(
        "version-required",
        HTTPStatus.PRECONDITION_REQUIRED,
        "Say which version you change",
        "Send If-Match with the ETag that you read, or `*` for whatever is there.",
    ),
    ProblemType(
        "too-many-requests",
        HTTPStatus.TOO_MANY_REQUESTS,
        "Too much at once",
        "One user has so many long requests or streams at a time. Try again after `Retry-After`.",
    ),
    ProblemType(
        "unavailable",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Not at the moment",
        "The database was busy with it for too long, or doesn't answer. Nothing was changed; try"
        " again after `Retry-After`.",
    ),
)
BY_NAME = {problem.name: problem for problem in PROBLEMS}


def problem_named(code):
    """The ProblemType of an exception's `default_code`, or None where the status says it all."""
    return BY_NAME.get((code or "").replace("_", "-"))
