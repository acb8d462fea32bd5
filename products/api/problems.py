"""Errors as RFC 9457 problem+json, with a list of fields where fields are wrong."""

import logging
import sys
from http import HTTPStatus

from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    ValidationError,
)
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts.limits import TooManyAtOnce
from products.api.problem_types import problem_named
from products.api.taken import taken
from products.turns import BusyError
from products.versions import StaleVersion

PROBLEM = "application/problem+json"

log = logging.getLogger(__name__)

#: what can't be had at the moment, by no fault of who asks
UNAVAILABLE = (OperationalError, InterfaceError, BusyError)
QUERY_CANCELED, LOCK_NOT_AVAILABLE = "57014", "55P03"
RETRY_AFTER_SECONDS = {HTTPStatus.TOO_MANY_REQUESTS: 1, HTTPStatus.SERVICE_UNAVAILABLE: 5}


class TooManyRequests(exceptions.APIException):
    status_code = HTTPStatus.TOO_MANY_REQUESTS
    default_code = "too_many_requests"
    wait = RETRY_AFTER_SECONDS[status_code]


class VersionRequired(exceptions.APIException):
    status_code = HTTPStatus.PRECONDITION_REQUIRED
    default_code = "version_required"
    default_detail = "Say which version you change: send If-Match with the ETag you read."


def problem_response(error, context):
    """DRF's exception handler. None (a 500) for what nobody foresaw."""
    if isinstance(error, StaleVersion):
        return _stale(error, context)
    if isinstance(error, IntegrityError) and (fields := taken(error)):
        # As if we had looked before: A looks and finds it free, B takes it, A writes.
        error = exceptions.ValidationError(fields)
    if isinstance(error, (IntegrityError, DataError)):
        return _refused(error)
    # A row that somebody deleted after we had found it is as gone as one that never was.
    if isinstance(error, (Http404, ObjectDoesNotExist)):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied(*error.args)
    elif isinstance(error, TooManyAtOnce):
        error = TooManyRequests(str(error))
    elif isinstance(error, ValidationError):
        error = exceptions.ValidationError(getattr(error, "message_dict", None) or error.messages)
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    response = _problem(error.status_code, error.default_code, _sentence(error), **_more(error))
    if getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = error.auth_header
    if getattr(error, "wait", None):
        response["Retry-After"] = str(int(error.wait))
    return response


def _problem(status, code, detail, **more):
    return Response(_body(status, code, detail) | more, status=status, content_type=PROBLEM)


def _body(status, code, detail):
    known = problem_named(code)
    return {
        "type": known.type if known else "about:blank",
        "title": known.title if known else HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
    }


def _stale(error, context):
    """412 with the row as it is now, so that a client can show both."""
    set_rollback()
    view = context["view"]
    current = view.get_serializer(error.current).data
    response = _problem(
        HTTPStatus.PRECONDITION_FAILED,
        "stale_version",
        "Somebody changed it since you read it.",
        current=current,
    )
    response["ETag"] = f'"{error.current.version}"'
    return response


def _refused(error):
    """409 in the database's own words: constraints' names are sentences."""
    set_rollback()
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    return _problem(
        HTTPStatus.CONFLICT,
        "conflict",
        f"The database refuses it: {name.replace('_', ' ')}." if name else "This can't be stored.",
    )


def unavailable(request, error):
    """503 for an error of UNAVAILABLE: a problem below /api/, a page elsewhere."""
    status, why = HTTPStatus.SERVICE_UNAVAILABLE, _why(error)
    more = {"heading": "Not just now", "why": why}
    return _answer(request, status, "unavailable", why, "plain.html", more)


def refused(why):
    """409: there is no room for what was sent, in a sentence."""
    heading = "There is no room for more"
    return render(None, "plain.html", {"heading": heading, "why": why}, status=HTTPStatus.CONFLICT)


def _why(error):
    """The sentence; the log has the rest."""
    log.warning("unavailable: %s: %s", type(error).__name__, str(error).strip())
    if isinstance(error, BusyError):
        return str(error)
    code = getattr(error.__cause__, "pgcode", None)
    if code == QUERY_CANCELED:
        return "This took too long and was ended. Nothing was changed; ask for less, or try again."
    if code == LOCK_NOT_AVAILABLE:
        return "Somebody else is changing this right now. Nothing was changed; try again."
    return "The database doesn't answer as it should. Nothing was changed; try again in a moment."


def _sentence(error):
    if isinstance(error, exceptions.ValidationError):
        return "Some of this can't be: see errors."
    return str(error.detail)


def _more(error):
    """What the problem tells besides: of wrong fields `errors`, [{"field", "message"} …], with
    "index" before them in a bulk request; else the exception's own `more`."""
    if isinstance(error, exceptions.ValidationError):
        return {"errors": list(_flatten(error.detail))}
    return getattr(error, "more", {})


def _flatten(detail, path=()):
    if isinstance(detail, str):
        detail = [detail]
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _flatten(inner, (*path, name))
    elif any(isinstance(item, (dict, list)) for item in detail):
        for index, inner in enumerate(detail):
            yield from _flatten(inner, (*path, index))
    else:
        index = next((part for part in path if isinstance(part, int)), None)
        names = [str(part) for part in path if not isinstance(part, int)]
        for message in detail:
            entry = {"field": ".".join(names), "message": str(message)}
            yield entry if index is None else {"index": index, **entry}


def _handler(status, code, detail, page):
    """A handler of the project's errors: a problem below /api/, Django's page elsewhere."""

    def handle(request, exception=None):
        if not request.path_info.startswith("/api/"):
            return page(request) if exception is None else page(request, exception)
        found = status, code, detail
        if isinstance(exception, RequestDataTooBig):
            found = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", "At most 5 MB at once."
        return JsonResponse(_body(*found), status=found[0], content_type=PROBLEM)

    return handle


def too_many_at_once(request, error):
    """The answer to one who has too much under way, a problem below /api/, a page elsewhere."""
    status, more = TooManyRequests.status_code, {"exception": error}
    return _answer(request, status, TooManyRequests.default_code, str(error), "429.html", more)


def _answer(request, status, code, detail, template, context):
    """A problem below /api/, a page elsewhere; either says when to come again."""
    if request.path_info.startswith("/api/"):
        answer = JsonResponse(_body(status, code, detail), status=status, content_type=PROBLEM)
    else:
        answer = render(None, template, context, status=status)
    answer["Retry-After"] = str(RETRY_AFTER_SECONDS[status])
    return answer


bad_request = _handler(
    HTTPStatus.BAD_REQUEST, "parse_error", "This can't be read.", defaults.bad_request
)
not_found = _handler(HTTPStatus.NOT_FOUND, None, "There is nothing here.", defaults.page_not_found)
_server_error = _handler(
    HTTPStatus.INTERNAL_SERVER_ERROR, None, "This failed by our fault.", defaults.server_error
)


def server_error(request):
    """Django calls it while it handles the exception: that may be the database's."""
    error = sys.exc_info()[1]
    if isinstance(error, UNAVAILABLE):
        return unavailable(request, error)
    return _server_error(request)
