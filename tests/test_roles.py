"""Who may do what (DESIGN §8), tried on every URL that there is: pages, API and back office."""

import json
import re
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404
from django.test import Client
from django.urls import URLPattern, get_resolver

from accounts.models import Token, User
from personas.models import AdoptionReading
from products.access import get_product
from products.models import Comment
from products.roles import MAY, Role
from tests.cast import join, rota, user

VIEWER, CONTRIBUTOR, MAINTAINER, OWNER = Role
SECRET = "Quixotic swap"

#: §8, action by action
TABLE = {
    "read": VIEWER,
    "rate": CONTRIBUTOR,
    "record_reading": CONTRIBUTOR,
    "comment": CONTRIBUTOR,
    "add_requirement": CONTRIBUTOR,
    "edit_own_requirement": CONTRIBUTOR,
    "edit_any_requirement": MAINTAINER,
    "set_must_do": MAINTAINER,
    "edit_personas": MAINTAINER,
    "edit_policy": MAINTAINER,
    "import": MAINTAINER,
    "edit_others_ratings": MAINTAINER,
    "delete_others_comments": MAINTAINER,
    "edit_product": MAINTAINER,
    "manage_members": OWNER,
    "manage_tokens": OWNER,
    "delete_product": OWNER,
}

#: callbacks of others that declare no role, and why that is right
DECLARE_NOTHING = {
    "admin:": "Django's own check: staff only; crawled below",
}


@pytest.fixture
def product(db):
    """Alice's ROTA, with one of everything; every role has a member, Charlie is a stranger."""
    alice = user("alice")
    made = rota(alice)
    made.requirements.filter(number=1).update(title=SECRET)
    for role in (VIEWER, CONTRIBUTOR, MAINTAINER):
        join(made, user(role.label), role.name)
    user("charlie")
    requirement, nurse = made.requirements.get(number=1), made.personas.get(name="Nurse")
    Comment.objects.create(product=made, requirement=requirement, author=alice, text=SECRET)
    AdoptionReading.objects.create(
        product=made, persona=nurse, observed_on="2026-11-01", installed=9, active=5
    )
    Token.objects.issue(name=SECRET, user=alice)
    return made


def client_of(name):
    client = Client(raise_request_exception=False)
    if name:
        client.force_login(User.objects.get(username=name))
    return client


# The table


@pytest.mark.parametrize("action", [*TABLE, *MAY.keys() - TABLE.keys()])
def test_the_table_is_that_of_the_design(action):
    assert MAY[action] == TABLE.get(action)


@pytest.mark.parametrize("role", Role)
def test_a_member_may_do_what_the_table_says(product, role):
    member = product.memberships.get(role=role).user
    for action, needed in TABLE.items():
        if role >= needed:
            assert get_product(member, "ROTA", action).role == role
        else:
            with pytest.raises(PermissionDenied):
                get_product(member, "ROTA", action)


def test_a_stranger_finds_no_product(product):
    for action in TABLE:
        with pytest.raises(Http404):
            get_product(User.objects.get(username="charlie"), "ROTA", action)


# The crawl


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

    def path(self, product):
        """Filled in with the product's own rows; the word before <int:pk> says which."""
        requirement, nurse = (
            product.requirements.get(number=1),
            product.personas.get(name="Nurse"),
        )
        rows = {
            "members": product.memberships.get(role=VIEWER),
            "personas": nurse,
            "requirements": requirement,
            "ratings": requirement.ratings.get(persona=nurse),
            "adoption-readings": nurse.readings.get(),
            "comments": requirement.comments.get(),
            "tokens": Token.objects.get(name=SECRET),
        }

        def fill(match):
            word, kwarg = match[1], match[3]
            known = {"key": "ROTA", "number": 1}
            assert kwarg in known or word in rows, f"say in rows what {self.route} is of"
            value = known[kwarg] if kwarg in known else rows[word].pk
            return f"{word}/{value}"

        filled = re.sub(r"([^/]*)/<(?:(\w+):)?(\w+)>", fill, self.route)
        return f"/{filled}?product=ROTA&persona={nurse.pk}"


def urls(patterns=None, route="", namespace=""):
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield Url(f"{namespace}{pattern.name}", here, pattern.callback)
        else:
            inside = f"{pattern.namespace}:" if pattern.namespace else namespace
            yield from urls(pattern.url_patterns, here, inside)


OURS = [url for url in urls() if not url.name.startswith("admin:")]
OF_A_PRODUCT = [url for url in OURS if url.of_a_product]
METHODS = ("GET", "POST", "PATCH", "DELETE")


def test_the_crawl_finds_pages_and_the_api():
    assert {"ranking", "requirement", "rate", "members", "healthz"} <= {url.name for url in OURS}
    assert sum(url.is_api for url in OF_A_PRODUCT) > 10
    assert sum(not url.is_api for url in OF_A_PRODUCT) > 20


def undeclared(found):
    return [
        url.route
        for url in found
        if url.declared is None
        and not any(url.name.startswith(prefix) for prefix in DECLARE_NOTHING)
    ]


def test_every_url_declares_its_role():
    assert undeclared(urls()) == []
    for url in OURS:
        assert url.of_a_product or url.declared in {"public", "signed in"}, url
        assert set(url.methods.values()) <= MAY.keys(), url


def test_the_control_a_url_without_a_role_is_found():
    bare = Url("bare", "p/<str:key>/bare/", lambda request, key: None)

    assert undeclared([bare]) == ["p/<str:key>/bare/"]


#: table → the column that names the product
ROWS = {
    "products_product": "id",
    "products_membership": "product_id",
    "products_requirement": "product_id",
    "products_comment": "product_id",
    "personas_persona": "product_id",
    "personas_adoptionreading": "product_id",
    "prioritisation_rating": "product_id",
    "prioritisation_scoringpolicy": "product_id",
    "prioritisation_productchange": "product_id",
}


EVERY_ROW = " UNION ALL ".join(
    f"SELECT '{table}', t::text FROM {table} t WHERE {column} = %(product)s"
    for table, column in ROWS.items()
)


def fingerprint(product):
    """Every input row of the product and its marks, and whether Alice's token is revoked."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{EVERY_ROW} UNION ALL SELECT 'token', revoked_at::text FROM accounts_token"
            " WHERE name = %(secret)s",
            {"product": product.pk, "secret": SECRET},
        )
        return sorted(cursor.fetchall(), key=str)


def ask(client, method, path, product):
    """(answer, its text, whether a row of the product changed); rolled back after looking."""
    fields = {
        "product": "ROTA",
        "persona": product.personas.get(name="Nurse").pk,
        "requirement": product.requirements.get(number=1).pk,
        "number": 1,
        "title": "x",
        "name": "x",
        "value": 1,
    }
    as_json = path.startswith("/api/")
    with transaction.atomic():
        before = fingerprint(product)
        response = client.generic(
            method,
            path,
            json.dumps(fields) if as_json else urlencode(fields),
            f"application/{'json' if as_json else 'x-www-form-urlencoded'}",
            headers={"If-Match": '"1"'},
        )
        text = b"".join(response) if response.streaming else response.content
        changed = fingerprint(product) != before
        transaction.set_rollback(True)
    return response, text.decode(errors="replace"), changed


def sent_to_sign_in(url, response):
    if url.is_api:
        return response.status_code == 401
    return response.status_code == 302 and response["Location"].startswith("/sign-in/")


def test_anonymous_must_sign_in_everywhere(product):
    anonymous, wrong = client_of(None), []
    for url in OF_A_PRODUCT:
        for method in METHODS:
            response, text, changed = ask(anonymous, method, url.path(product), product)
            fits = sent_to_sign_in(url, response) or (
                response.status_code == 405 and method not in url.methods
            )
            if not fits or changed or SECRET in text:
                wrong.append((url.name, method, response.status_code, changed))
    assert wrong == []


def test_a_stranger_finds_nothing_and_changes_nothing(product):
    stranger, wrong = client_of("charlie"), []
    for url in OF_A_PRODUCT:
        for method in METHODS:
            response, text, changed = ask(stranger, method, url.path(product), product)
            expected = 404 if method in url.methods else 405
            if response.status_code != expected or changed or SECRET in text:
                wrong.append((url.name, method, response.status_code, changed))
    assert wrong == []


@pytest.mark.parametrize("role", Role)
def test_members_are_let_through_by_the_table(product, role):
    name = product.memberships.get(role=role).user.username
    member, wrong = client_of(name), []
    for url in OF_A_PRODUCT:
        for method, action in url.methods.items():
            response, _text, changed = ask(member, method, url.path(product), product)
            status = response.status_code
            if role < MAY[action]:
                fits = status == 403 and not changed
            else:
                fits = status < 500 and status != 404
            if not fits:
                wrong.append((url.name, method, action, status, changed))
    assert wrong == []


@pytest.mark.parametrize("name", [None, "charlie"])
def test_what_belongs_to_no_product_shows_and_changes_none(product, name):
    client, wrong = client_of(name), []
    for url in OURS:
        if url.of_a_product:
            continue
        for method in METHODS:
            _response, text, changed = ask(client, method, url.path(product), product)
            if SECRET in text or changed:
                wrong.append((url.name, method, changed))
    assert wrong == []


@pytest.mark.parametrize("name", [None, "charlie", "viewer"])
def test_the_back_office_is_for_staff(product, name):
    client, wrong = client_of(name), []
    for url in urls():
        if not url.name.startswith("admin:") or url.name in {"admin:login", "admin:logout"}:
            continue
        path = re.sub(r"<(?:\w+:)?\w+>", "1", url.route)
        if re.search(r"[()^$\\]", path):
            path = "admin/products/requirement/"
        for method in ("GET", "POST"):
            response, text, changed = ask(client, method, f"/{path}", product)
            if response.status_code not in {302, 301, 403} or changed or SECRET in text:
                wrong.append((url.name, method, response.status_code, changed))
    assert wrong == []
