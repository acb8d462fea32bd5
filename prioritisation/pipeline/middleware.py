from copy import deepcopy

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.datastructures import MultiValueDict

from accounts.at_most import too_many_in
from accounts.cut_offs import untold_cut_offs
from prioritisation.pipeline.notify import tell_cut_offs
from prioritisation.pipeline.transactions import retrying, writing
from products.access import was_deleted
from products.api.problems import UNAVAILABLE, refused, unavailable

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


class _Before:
    """What a view may change of its request, as it was. Put back before a second attempt, or that
    would find what the first has done, which was rolled back: a message said already, a session's
    key taken out, a new password on the user who is asked for the old one, a file read to its end.
    """

    def __init__(self, request):
        self._request = request
        request.user.is_authenticated  # noqa: B018 - loaded now: a copy would be loaded by its own
        self._kept = {
            name: deepcopy(getattr(request, name))
            for name in ("user", "session")
            if hasattr(request, name)
        }
        self._queued = list(getattr(getattr(request, "_messages", None), "_queued_messages", ()))

    def put_back(self):
        request = self._request
        for name, value in self._kept.items():
            setattr(request, name, deepcopy(value))
        if hasattr(request, "_messages"):
            request._messages = type(request._messages)(request)
            request._messages._queued_messages = list(self._queued)
        for _name, files in getattr(request, "_files", MultiValueDict()).lists():
            for file in files:
                file.open()  # at its beginning


class WriteMiddleware:
    """Every unsafe request, page, API or admin, is one transaction.

    It is rolled back when the answer is an error, tried again after a deadlock, and answers
    `Userward-Change` if it changed an input: with it `ranking/?after=` waits until the change is
    in the scores. Of any request, safe or not: what somebody deletes while it is read is not found,
    and 503 where the database has ended it (products/database_limits.py) or is away.

    Views that `commits_itself` (accounts/access.py) are left alone: they write nothing scored. Whom
    they cut off from streams, signing out above all, is told when they have ended.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.method not in SAFE and _commits_itself(
            getattr(request.resolver_match, "func", None)
        ):
            tell_cut_offs(untold_cut_offs())
        return response

    def process_view(self, request, view, args, kwargs):
        if request.method in SAFE or _commits_itself(view):
            return None
        before = _Before(request)
        try:
            return retrying(
                lambda: self._write(request, view, args, kwargs), before_again=before.put_back
            )
        except Exception as error:
            answer = self.process_exception(request, error)
            if answer is None:
                raise
            return answer

    def process_exception(self, request, error):
        """A row that somebody deleted after the view had found it is gone, as in the API."""
        if isinstance(error, UNAVAILABLE):
            return unavailable(request, error)
        # A form has looked before; this is who lost a race, or had no form that looks.
        if isinstance(error, IntegrityError) and (said := too_many_in(error)):
            return refused(said)
        named = request.resolver_match.kwargs if request.resolver_match else {}
        if isinstance(error, ObjectDoesNotExist) or was_deleted(**named):
            raise Http404("It was deleted meanwhile.") from error
        return None

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
        if written.change_id:
            # An answer given once more names the transaction that made the change.
            response.setdefault("Userward-Change", str(written.change_id))
        return response


def _commits_itself(view):
    return getattr(view, "commits_itself", False)
