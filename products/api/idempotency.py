"""`Idempotency-Key`: a POST that is sent again is done once, and answered as the first time."""

import hashlib
import json
import re
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.http import HttpResponse
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from products.kept_answers import LONGEST_KEY, KeptAnswer, claim, keep

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
#: what is sent again beside the body; the rest is the same for every answer
KEPT_HEADERS = ("ETag", "Location")
VISIBLE = re.compile(rf"[!-~]{{1,{LONGEST_KEY}}}")


class KeyReused(APIException):
    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    default_code = "key_reused"
    default_detail = f"This {HEADER} came with another request: take a new one for each."


class OncePerKey:
    """Mixin of the API's views: each `post` that a subclass defines obeys the header.

    Whoever may no longer send the request gets no kept answer either: the view has authorised
    the caller before it calls `post`. A refusal is kept no more than anything it wrote: sent
    again, it is tried anew.
    """

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if "post" in cls.__dict__:
            cls.post = once_per_key(cls.post)


def once_per_key(post: Callable[..., Response]) -> Callable[..., Response | HttpResponse]:
    @wraps(post)
    def answer(view, request: Request, **kwargs: object) -> Response | HttpResponse:
        key = request.headers.get(HEADER)
        if key is None:
            return post(view, request, **kwargs)
        if not VISIBLE.fullmatch(key):
            raise ValidationError({HEADER: f"1 to {LONGEST_KEY} visible characters of ASCII."})
        ours = {"caller": _caller(request), "key": key}
        fingerprint = _fingerprint(request)
        product = getattr(view, "product", None)
        if claim(**ours, fingerprint=fingerprint, product_id=product and product.pk):
            response = post(view, request, **kwargs)
            return _response(keep(**ours, **_contents(response)))
        kept = KeptAnswer.objects.get(caller=ours["caller"], key=key)
        if kept.fingerprint != fingerprint:
            raise KeyReused
        response = _response(kept)
        response[REPLAYED] = "true"
        return response

    return answer


def _caller(request: Request) -> str:
    return f"user {request.user.pk}" if request.user.pk else f"token {request.auth.pk}"


def _fingerprint(request: Request) -> str:
    """Of what is asked, not how it is written: spaces and the order of names don't matter."""
    asked = [request.get_full_path(), request.data]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _contents(response: Response) -> dict:
    return {
        "status": response.status_code,
        "headers": {name: response[name] for name in KEPT_HEADERS if name in response},
        "body": JSONRenderer().render(response.data).decode(),
    }


def _response(kept: KeptAnswer) -> HttpResponse:
    """Made of the row the first time as well, so that every answer is the same."""
    headers = kept.headers | {"Userward-Change": str(kept.xid), "Content-Type": "application/json"}
    response = HttpResponse(kept.body, status=kept.status, headers=headers)
    if not kept.body:
        del response["Content-Type"]
    return response
