from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from accounts.adapter import security_log
from accounts.doors import address_of
from accounts.history import acting
from accounts.limits import count_request
from accounts.models import Token


class ProductBearer(AnonymousUser):
    """Whoever holds a product's token: no user, but a maintainer of that one product."""

    is_authenticated = True
    is_anonymous = False
    pk = id = None

    def __init__(self, token):
        self.product_token = token

    def __str__(self):
        return f"token “{self.product_token.name}”"


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`. What the token may: products/api/scopes.py."""

    def authenticate(self, request):
        scheme, _, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = Token.objects.find(text.strip())
        request._request.token = token  # for NoteTokenUse
        why = token.why_unusable(timezone.now()) if token else "unknown"
        if why:
            log_refused_token(request, token, why)
            raise AuthenticationFailed("This token isn't known, has expired or was revoked.")
        acting(means="token", user=token.user, token=token)
        user = token.user or ProductBearer(token)
        count_request(request._request, user)
        return user, token

    def authenticate_header(self, request):
        return "Bearer"


def log_refused_token(request, token, why):
    """A line that never holds any of the token's text: who reads the log can't use it."""
    named = f"token {token.pk}" if token else "a token"
    address = address_of(request._request)
    security_log.warning("%s refused (%s), from %s", named, why, address)


class TokenScheme(OpenApiAuthenticationExtension):
    """How the API's schema names it."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer"}
