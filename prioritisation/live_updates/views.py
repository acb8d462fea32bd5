from django.http import JsonResponse

from accounts.cut_offs import session_name
from prioritisation.live.tickets import live_url
from prioritisation.selectors.rankings import standing_of
from products.access import product_view


@product_view("read")
def standing(request, product):
    """Where the scores stand, for static/live_updates.js to poll; each answer renews its ticket."""
    found = standing_of(product.pk)
    answer = {
        "version": found.version,
        "stale": found.stale,
        "validator": found.validator,
        "live": live_url(
            user_id=request.user.pk,
            product_id=product.pk,
            session=session_name(request.session.session_key),
            asked_at=request.asked_at,
        ),
    }
    return JsonResponse(answer, headers={"Cache-Control": "no-store"})
