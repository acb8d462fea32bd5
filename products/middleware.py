from accounts.limits import TooManyAtOnce, count_request, requests
from products.api.problems import UNAVAILABLE, too_many_at_once, unavailable


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
