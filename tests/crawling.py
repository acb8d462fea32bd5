"""Every URL that there is, filled in with a product's own rows and asked by anybody."""

import json
import re
from dataclasses import dataclass
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, is_valid_path, resolve
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from accounts.models import Kind, Token, User
from accounts.notifications import notify
from personas.models import AdoptionReading
from products.invitations import invite
from products.models import Comment
from products.roles import Role
from tests.cast import another_change, join, rota, scenario, user

SECRET = "Quixotic swap"


def cast():
    """Alice's ROTA, with one of everything; every role has a member, Charlie is a stranger."""
    alice = user("alice")
    made = rota(alice)
    made.requirements.filter(number=1).update(title=SECRET)
    for role in (Role.VIEWER, Role.CONTRIBUTOR, Role.MAINTAINER):
        join(made, user(role.label), role.name)
    user("charlie")
    requirement, nurse = made.requirements.get(number=1), made.personas.get(name="Nurse")
    Comment.objects.create(product=made, requirement=requirement, author=alice, text=SECRET)
    AdoptionReading.objects.create(
        product=made, persona=nurse, observed_on="2026-11-01", installed=9, active=5
    )
    scenario(made, by=alice, name=SECRET, importances={nurse.pk: 2})
    Token.objects.issue(name=SECRET, user=alice)
    Token.objects.issue(name=SECRET, product=made)
    with transaction.atomic():
        invite(product=made, role=Role.VIEWER, by=alice, email="secret@example.org")
    notify([alice], Kind.MENTION, title=SECRET, path="/p/ROTA/1/", told_once_as="secret")
    key = {"name": SECRET, "credential": passkey()}
    Authenticator.objects.create(user=alice, type="webauthn", data=key)
    UserSession.objects.create(user=alice, ip="10.1.2.3", session_key="x" * 32, user_agent=SECRET)
    return made


def passkey():
    """What a browser answers that has made one, as allauth keeps it."""
    public_key = ES256({1: 2, 3: ES256.ALGORITHM, -1: 1, -2: b"x" * 32, -3: b"y" * 32})
    made = AttestedCredentialData.create(Aaguid.NONE, b"i" * 16, public_key)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    data = AuthenticatorData.create(b"r" * 32, flags, 0, made)
    said = CollectedClientData.create("webauthn.create", b"c" * 16, "https://userward.example")
    return {
        "rawId": websafe_encode(made.credential_id),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(said),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        },
    }


def client_of(name):
    client = Client(raise_request_exception=False)
    if name:
        client.force_login(User.objects.get(username=name))
    return client


@dataclass(frozen=True)
class Url:
    """One URL pattern, and how to fill it in."""

    name: str
    route: str
    callback: object

    @property
    def declared(self):
        view = getattr(self.callback, "cls", self.callback)
        return getattr(self.callback, "declared_role", getattr(view, "declared_role", None))

    @property
    def methods(self):
        return self.declared if isinstance(self.declared, dict) else {}

    @property
    def of_a_product(self):
        return bool(self.methods)

    @property
    def is_api(self):
        return self.route.startswith("api/")

    @property
    def view(self):
        """The class of an API's view."""
        return self.callback.cls


def urls(patterns=None, route="", namespace=""):
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield Url(f"{namespace}{pattern.name}", here, pattern.callback)
        else:
            inside = f"{pattern.namespace}:" if pattern.namespace else namespace
            yield from urls(pattern.url_patterns, here, inside)


#: table → the column that names the product
ROWS = {
    "products_product": "id",
    "products_membership": "product_id",
    "products_invitation": "product_id",
    "products_requirement": "product_id",
    "products_following": "product_id",
    "products_comment": "product_id",
    "personas_persona": "product_id",
    "personas_adoptionreading": "product_id",
    "prioritisation_rating": "product_id",
    "prioritisation_scoringpolicy": "product_id",
    "prioritisation_scenario": "product_id",
    "prioritisation_scenariopersona": "product_id",
    "prioritisation_productchange": "product_id",
}


EVERY_ROW = " UNION ALL ".join(
    f"SELECT '{table}', t::text FROM {table} t WHERE {column} = %(product)s"
    for table, column in ROWS.items()
)
FINGERPRINT = f"""
    SELECT md5(string_agg(source || line, ',' ORDER BY source, line)) FROM (
        {EVERY_ROW}
        UNION ALL SELECT 'token', revoked_at::text FROM accounts_token WHERE name = %(secret)s
        UNION ALL SELECT 'told', t::text FROM accounts_notification t WHERE user_id = %(alice)s
        UNION ALL SELECT 'key', t::text FROM mfa_authenticator t WHERE user_id = %(alice)s
        UNION ALL SELECT 'session', t::text FROM usersessions_usersession t
                  WHERE user_id = %(alice)s
    ) rows (source, line)"""


class Crawler:
    """Asks in turn; what a request did is rolled back once it was looked at."""

    def __init__(self, product):
        requirement = product.requirements.get(number=1)
        nurse = product.personas.get(name="Nurse")
        self._product, self._alice = product, User.objects.get(username="alice")
        self._fields = {
            "product": "ROTA",
            "persona": nurse.pk,
            "requirement": requirement.pk,
            "number": 1,
            "title": "x",
            "name": "x",
            "value": 1,
        }
        self._rows = {
            "members": product.memberships.get(role=Role.VIEWER),
            "personas": nurse,
            "requirements": requirement,
            "ratings": requirement.ratings.get(persona=nurse),
            "adoption-readings": nurse.readings.get(),
            "comments": requirement.comments.get(),
            "scenarios": product.scenarios.get(),
            "notifications": self._alice.notifications.get(),
            "invitations": product.invitations.get(),
            "mine": product.invitations.get(),
            "tokens": product.tokens.get(),
            "revoke_token": self._alice.tokens.get(),
            "keys": Authenticator.objects.get(user=self._alice),
            "sessions": UserSession.objects.get(user=self._alice),
        }
        another_change()
        self._before = self._fingerprint()

    def path(self, url):
        """Filled in with the product's own rows; the word before <int:pk>, or the URL's name, says
        which."""

        def fill(match):
            word, kwarg = match[1], match[3]
            row = url.name if url.name in self._rows else (word or "").rstrip("/")
            known = {"key": "ROTA", "number": 1, "name": "invalid"}
            known |= {"uidb36": "1", "provider_id": "oidc", "text": "unknown", "token": "unknown"}
            assert kwarg in known or row in self._rows, f"say in _rows what {url.route} is of"
            value = known[kwarg] if kwarg in known else self._rows[row].pk
            return f"{word or ''}{value}"

        filled = re.sub(r"([^/]*/)?<(?:(\w+):)?(\w+)>", fill, url.route)
        names = {"product", "persona"}
        if url.of_a_product and url.is_api:  # it refuses what it doesn't know
            names &= url.view.query_names
        return f"/{filled}?{urlencode({name: self._fields[name] for name in sorted(names)})}"

    def ask(self, client, method, path, fields=None, **headers):
        """(answer, its text, whether a row of the product changed)."""
        as_json = path.startswith("/api/")
        if fields is None:
            fields = self._fields_of(path) if as_json else self._fields
        with transaction.atomic():
            response = client.generic(
                method,
                path,
                json.dumps(fields) if as_json else urlencode(fields),
                f"application/{'json' if as_json else 'x-www-form-urlencoded'}",
                headers={"If-Match": "*"} | headers,
            )
            text = b"".join(response) if response.streaming else response.content
            changed = self._fingerprint() != self._before
            transaction.set_rollback(True)
        return response, text.decode(errors="replace"), changed

    def _fields_of(self, path):
        """What a view of the API knows of our fields; but the number, which nobody gives."""
        path = path.partition("?")[0]
        found = resolve(path if is_valid_path(path) else f"{path}/")
        view = getattr(found.func, "cls", None)
        known = getattr(view, "serializer_class", None)
        names = known().fields.keys() - {"number"} if known else ()
        return {name: value for name, value in self._fields.items() if name in names}

    def _fingerprint(self):
        """Of every input row of the product and its marks, and whether Alice's token is revoked."""
        with connection.cursor() as cursor:
            known = {"product": self._product.pk, "secret": SECRET, "alice": self._alice.pk}
            cursor.execute(FINGERPRINT, known)
            return cursor.fetchone()
