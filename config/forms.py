"""What can't be read of a request is refused once, before anybody reads it."""

import logging

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http.multipartparser import MultiPartParserError
from django.utils.datastructures import MultiValueDictKeyError

from products.api.problems import bad_request

FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
#: what Django raises for a query or a form that isn't one; a codec that isn't of text: LookupError
UNREADABLE = (
    *(BadRequest, SuspiciousOperation, MultiPartParserError, MultiValueDictKeyError),
    *(UnicodeError, LookupError),
)
log = logging.getLogger(__name__)


class RefuseUnreadable:
    """Answers 400 (413 where it is too much), by a page that doesn't read the request.

    Without it: the view reads a form in UTF-16, which Django refuses; the page that says so asks
    who is signed in and which token the form has, reads the form again, and is a 500.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        try:
            read(request)
        except UNREADABLE as error:
            log.info("refused %s %s: %s", request.method, request.path, error)
            return bad_request(request, error)
        return self.get_response(request)


def read(request):
    """Raise one of UNREADABLE if the query or the form can't be read."""
    charset = request.content_params.get("charset", "utf-8").lower()
    if charset not in {"utf-8", "utf8", '"utf-8"'}:
        raise BadRequest("Send it in UTF-8.")
    # A session's key, for one, goes to PostgreSQL, which knows no such text either.
    request.COOKIES = {k: v for k, v in request.COOKIES.items() if "\x00" not in v}
    asked = request.GET
    # The back office's lists hand what they are asked to PostgreSQL.
    texts = [request.path_info, *asked, *(text for values in asked.lists() for text in values[1])]
    if request.path_info.startswith("/admin/") and any("\x00" in text for text in texts):
        raise BadRequest("This holds a NUL byte.")
    if request.content_type in FORMS and request.method == "POST":
        request.POST  # noqa: B018 - read and kept; a file goes to memory or to a temporary file
