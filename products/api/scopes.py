"""The one table of what a token must be made for: each address of the API, by its name.

Reading an address needs `resource:read`, changing it `resource:write`. A session's cookie has all
scopes. What isn't in the table is refused.
"""

import re
from http import HTTPStatus

from django.urls import resolve
from rest_framework.exceptions import APIException
from rest_framework.permissions import SAFE_METHODS, BasePermission

from accounts.api import log_refused_token
from accounts.scopes import READ, WRITE, missing, not_understood, scope

#: URL's name → the resources that it shows or changes
RESOURCES_OF = {
    "api_me": (),
    "api_products": ("products",),
    "api_product": ("products",),
    "api_members": ("members",),
    "api_member": ("members",),
    "api_invitations": ("members",),
    "api_invitation": ("members",),
    "api_policy": ("policy",),
    "api_personas": ("personas",),
    "api_persona": ("personas",),
    "api_readings": ("readings",),
    "api_reading": ("readings",),
    "api_requirements": ("requirements",),
    "api_requirement": ("requirements",),
    "api_ratings_of_product": ("ratings",),
    "api_ratings_of_requirement": ("ratings",),
    "api_rating": ("ratings",),
    "api_ranking": ("ranking",),
    "api_ranking_csv": ("ranking",),
    "api_explanation": ("ranking",),
    "api_history": ("ranking",),
    "api_movement": ("ranking",),
    "api_outcomes": ("ranking",),
    "api_ask_next": ("ranking",),
    "api_comparison": ("ranking",),
    "api_lenses": ("ranking",),
    "api_sensitivity": ("ranking",),
    "api_plausible": ("ranking",),
    "api_log": ("log",),
    "api_log_csv": ("log",),
    "api_scenarios": ("scenarios",),
    "api_scenario": ("scenarios",),
    "api_scenario_ranking": ("scenarios",),
    # It sets what the product weighs by, the personas' importance, and today's readings.
    "api_scenario_apply": ("policy", "personas", "readings"),
}
#: whose POST works something out and changes no input
READ_BY_POST = {"api_plausible"}


def needed_scopes(name, method):
    """The scopes that a request needs; None where the address isn't in the table."""
    if name not in RESOURCES_OF:
        return None
    reads = method in SAFE_METHODS or (method == "POST" and name in READ_BY_POST)
    return [scope(resource, READ if reads else WRITE) for resource in RESOURCES_OF[name]]


def scopes_of_operation(path, method):
    """The same by a path of the schema, such as /api/v1/personas/{id}/."""
    return needed_scopes(resolve(re.sub(r"{\w+}", "1", path)).url_name, method)


class InsufficientScope(APIException):
    """`scopes` are those that the request needs, all of them."""

    status_code = HTTPStatus.FORBIDDEN
    default_code = "insufficient_scope"

    def __init__(self, detail, scopes):
        super().__init__(detail)
        self.more = {"scopes": list(scopes)}
        # RFC 6750, section 3.1
        self.auth_header = f'Bearer error="insufficient_scope", scope="{" ".join(scopes)}"'


class WithinScopes(BasePermission):
    """Raises InsufficientScope where the request's token wasn't made for it."""

    def has_permission(self, request, view):
        token = request.auth
        if token is None:
            return True
        name = request.resolver_match.url_name
        needed = needed_scopes(name, request.method)
        why = _why_insufficient(token.scopes, needed)
        if not why:
            return True
        log_refused_token(request, token, f"insufficient scope for {request.method} {name}")
        raise InsufficientScope(why, needed or ())


def _why_insufficient(held, needed):
    if wrong := not_understood(held):
        return f"This token opens nothing: its scope isn't known: {', '.join(wrong)}."
    if needed is None:
        return "No token opens this."
    if lacking := missing(held, needed):
        return f"This token lacks the scope {' and '.join(lacking)}."
    return ""
