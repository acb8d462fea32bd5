"""Requests to nearly the right address: none to the API is sent elsewhere as a GET."""

from http import HTTPStatus

from django.urls import is_valid_path

KEEP_THEIR_METHOD = {
    HTTPStatus.MOVED_PERMANENTLY: HTTPStatus.PERMANENT_REDIRECT,
    HTTPStatus.FOUND: HTTPStatus.TEMPORARY_REDIRECT,
}


class AnswerAPIWithoutSlash:
    """Answer `/api/…/personas` as `/api/…/personas/`, and let redirects of the API keep the method.

    Redirected (301), a POST without the slash, or to http, became a GET: a client read the list,
    status 200, and believed to have written.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.path_info.startswith("/api/"):
            return self.get_response(request)
        if not is_valid_path(request.path_info) and is_valid_path(f"{request.path_info}/"):
            request.path_info += "/"
            request.path += "/"
        response = self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            response.status_code = KEEP_THEIR_METHOD.get(response.status_code, response.status_code)
        return response
