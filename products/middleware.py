from functools import cache

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve

from accounts.doors import address_of
from accounts.limits import TooManyAtOnce, count_request, requests, sign_ins_at_once
from products.api.problems import UNAVAILABLE, too_many_at_once, unavailable


class LimitSignIns:
    """What is posted to a door (accounts/doors.py) holds some of this process's threads, never all:
    429 for what is more.

    Early, and with a page that was drawn before: two hundred attempts at once are turned away in
    the time in which a few are looked at, and whoever asks for anything else waits that long.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method != "POST" or not _leads_to_a_door(request.path_info):
            return self.get_response(request)
        try:
            with sign_ins_at_once(address_of(request)):
                return self.get_response(request)
        except TooManyAtOnce as error:
            return HttpResponse(_too_many(str(error)), status=429, headers={"Retry-After": "1"})


def _leads_to_a_door(path):
    try:
        return getattr(resolve(path).func, "is_a_door", False)
    except Resolver404:
        return False


@cache
def _too_many(said):
    return render_to_string("429.html", {"exception": said})


class LimitRequestsPerUser:
    """One user's requests hold some of this process's threads, never all: 429 for what is more.

    Who sends a token is known, and counted, only by the view (accounts/api.py).
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.counted_for = None
        try:
            return self.get_response(request)
        finally:
            if request.counted_for is not None:
                requests.give_back(request.counted_for)

    def process_view(self, request, view, args, kwargs):
        role = getattr(getattr(view, "cls", view), "declared_role", None)
        try:
            # Public pages know no user, and answer also while the session's database is away.
            if role != "public" and request.user.is_authenticated:
                count_request(request, request.user)
        except TooManyAtOnce as error:
            return too_many_at_once(request, error)
        except UNAVAILABLE as error:
            return unavailable(request, error)
        return None
