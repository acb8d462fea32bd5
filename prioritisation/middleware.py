from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import Http404

from prioritisation.writing import retrying, writing

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


class WriteMiddleware:
    """Every unsafe request, page, API or admin, is one transaction.

    It is rolled back when the answer is an error, tried again after a deadlock, and answers
    `Userward-Change`, with which `ranking/?after=` waits until the change is in the scores.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.method in SAFE:
            return None
        if request.content_type == "application/json":
            request.body  # noqa: B018 - read now, so that a second try finds it too
        try:
            return retrying(lambda: self._write(request, view, args, kwargs))
        except ObjectDoesNotExist as gone:
            # A row that somebody deleted after the view had found it: as in the API, it is gone.
            raise Http404("It was deleted meanwhile.") from gone

    def _write(self, request, view, args, kwargs):
        means = "admin" if request.path_info.startswith("/admin/") else "session"
        user = request.user if request.user.is_authenticated else None
        with writing(means=means, user=user) as written:
            response = view(request, *args, **kwargs)
            if hasattr(response, "render"):
                # Now: after COMMIT a template that fails would answer 500 to what was written.
                response.render()
            if response.status_code >= 400:
                transaction.set_rollback(True)
        if written.xid:
            response["Userward-Change"] = str(written.xid)
        return response
