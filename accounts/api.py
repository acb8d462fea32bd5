from django.contrib.auth.models import AnonymousUser
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied

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
    """`Authorization: Bearer <token>`."""

    def authenticate(self, request):
        scheme, _, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = Token.objects.authenticate(text.strip())
        if token is None:
            raise AuthenticationFailed("This token isn't known, has expired or was revoked.")
        request._request.token = token  # for NoteTokenUse
        if token.scopes:
            # Nothing reads them yet: what was meant to read only could delete a product.
            raise PermissionDenied(
                "This token has scopes, which aren't enforced yet, so it opens nothing. "
                "Use one without scopes."
            )
        acting(means="token", user=token.user, token=token)
        user = token.user or ProductBearer(token)
        count_request(request._request, user)
        return user, token

    def authenticate_header(self, request):
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):
    """How the API's schema names it."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer"}
