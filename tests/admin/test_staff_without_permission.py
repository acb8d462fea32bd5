"""Staff with no permission, with permission to view, to change: what the back office lets them."""

import re
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client

from accounts.models import User
from prioritisation.rescoring import rescore
from tests import crawling
from tests.cast import user
from tests.crawling import SECRET, Crawler, urls

#: what only somebody who sees the product knows
TOLD = re.compile(f"{SECRET}|Nurse|Hospital|ROTA|Rota|Single sign-on|alice")
QUERIES = ["", "?q=swap&_popup=1"]
ACTIONS = ["delete_selected", "deactivate", "revoke", "export_admin_action"]


@pytest.fixture
def crawler(db):
    product = crawling.cast()
    rescore(product.pk)
    return Crawler(product)


@pytest.fixture
def nobody(db):
    client = Client(raise_request_exception=False)
    client.force_login(user("sam", is_staff=True))
    return client


def filled(url):
    """The paths of an admin URL, for each row that it can be of."""
    route = url.route.replace("^", "").rstrip("$")
    if "(?P<app_label>" in route:
        labels = re.search(r"\(\?P<app_label>([^)]*)\)", route)
        return [route.replace(labels[0], label) for label in labels[1].split("|")]
    if "(?P<url>" in route:
        return ["admin/nowhere/"]
    if "content_type_id" in route:
        return [
            f"admin/r/{ContentType.objects.get_for_model(model).pk}/{model.objects.first().pk}/"
            for model in map(apps.get_model, ("products.Product", "products.Requirement"))
        ]
    if "<" not in route:
        return [route]
    label, name = re.fullmatch(r"admin/([a-z]+)/([a-z]+)/.*", route).groups()
    rows = apps.get_model(label, name)._base_manager
    pks = [rows.values_list("pk", flat=True).first() or 1, 10**9]
    return [re.sub(r"<[^>]*>", str(pk), route) for pk in pks]


def asked(client, crawler, method, path, fields):
    """(status, what it tells, whether a row changed) of one request, which is taken back."""
    with transaction.atomic():
        body = urlencode(fields, doseq=True)
        answer = client.generic(method, path, body, "application/x-www-form-urlencoded")
        text = answer.getvalue().decode(errors="replace") + answer.headers.get("Location", "")
        changed = crawler._fingerprint() != crawler._before
        transaction.set_rollback(True)
    return answer.status_code, TOLD.findall(text), changed


#: Signed out, the rest would be asked by nobody.
ADMIN_URLS = [
    url for url in urls() if url.route.startswith("admin/") and url.name != "admin:logout"
]


def requests():
    for url in ADMIN_URLS:
        for path in filled(url):
            for query in QUERIES:
                yield "GET", f"/{path}{query}", {}
            yield "POST", f"/{path}", {"post": "yes", "name": "x", "title": "x", "value": 1}
            if path.endswith(("changelist/", "admin/", "/")) and path.count("/") == 3:
                for action in ACTIONS:
                    fields = {"action": action, "_selected_action": [1, 2, 3], "post": "yes"}
                    yield "POST", f"/{path}", fields
    for label, name, field in (
        ("products", "requirement", "product"),
        ("prioritisation", "rating", "persona"),
        ("products", "membership", "user"),
    ):
        query = {"app_label": label, "model_name": name, "field_name": field, "term": "o"}
        yield "GET", f"/admin/autocomplete/?{urlencode(query)}", {}


#: what all staff see: the first page, and what stands for itself
FOR_ALL_STAFF = {"index", "login", "jsi18n", "password_change", "password_change_done"}


def test_every_url_of_the_back_office_asks_for_a_permission(crawler, nobody):
    """Also one that somebody else's package brings, whose rows hold no name that we know."""
    opened = {
        url.name.removeprefix("admin:")
        for url in ADMIN_URLS
        for path in filled(url)
        for method in ("GET", "POST")
        if asked(nobody, crawler, method, f"/{path}", {})[0] < 300
    }
    assert opened <= FOR_ALL_STAFF


def allow(client, verb):
    sam = client.get("/admin/").wsgi_request.user
    sam.user_permissions.set(Permission.objects.filter(codename__startswith=f"{verb}_"))


def test_whoever_may_view_changes_nothing(crawler, nobody):
    allow(nobody, "view")
    seen, wrong = 0, []
    for method, path, fields in requests():
        status, told, changed = asked(nobody, crawler, method, path, fields)
        seen += bool(told)
        if status >= 500 or changed:
            wrong.append((method, path, status, changed))
    assert not wrong, "\n".join(map(str, wrong))
    assert seen > 100  # the control: there is something to see


def test_whoever_may_change_adds_and_deletes_nothing_and_gets_no_more_power(crawler, nobody):
    allow(nobody, "change")
    powers = ("is_staff", "is_superuser", "is_active", "password", "groups", "user_permissions")

    def state():
        rows = {model: model._base_manager.count() for model in COUNTED}
        return rows, sorted(User.objects.filter(is_staff=True).values_list("pk", *powers))

    before, wrong = state(), []
    for method, path, fields in requests():
        everything = {"is_staff": "on", "is_superuser": "on", "is_active": "", **fields}
        with transaction.atomic():
            status = nobody.generic(
                method, path, urlencode(everything, True), "application/x-www-form-urlencoded"
            ).status_code
            if status >= 500 or state() != before:
                wrong.append((method, path, status))
            transaction.set_rollback(True)
    assert not wrong, "\n".join(map(str, wrong))


COUNTED = [
    model
    for model in apps.get_models()
    if model._meta.app_label in ("accounts", "products", "personas", "prioritisation", "auth")
    and not hasattr(model, "pgh_tracked_model")
    and not model.__name__.startswith("Scor")  # "Rescore now" is a change
    and not model._meta.proxy
]


def test_every_url_of_the_back_office_tells_and_changes_nothing(crawler, nobody):
    wrong, count = [], 0
    for method, path, fields in requests():
        count += 1
        status, told, changed = asked(nobody, crawler, method, path, fields)
        if status >= 500 or told or changed:
            wrong.append((method, path, status, told, changed))
    assert not wrong, "\n".join(map(str, wrong))
    assert count > 500
    # The control: it was staff who asked, to the last.
    assert nobody.get("/admin/").status_code == 200


@pytest.mark.parametrize("model", ["requirement", "rating"])
def test_export_is_for_those_who_may_see_the_list(crawler, nobody, model):
    label = "products" if model == "requirement" else "prioritisation"
    path = f"/admin/{label}/{model}/export/"
    before = [nobody.get(path).status_code, nobody.post(path).status_code]

    sam = nobody.get("/admin/").wsgi_request.user
    sam.user_permissions.add(Permission.objects.get(codename=f"view_{model}"))

    assert before == [403, 403]
    # The control: with it, the same request tells of the product.
    assert SECRET in nobody.get(path).getvalue().decode()
    assert ">Export<" in nobody.get(f"/admin/{label}/{model}/").content.decode().replace("\n", "")


def test_the_history_of_a_row_does_not_tell_whether_it_is_there(crawler, nobody):
    there, gone = (
        nobody.get(f"/admin/products/requirement/{pk}/history/").status_code
        for pk in (apps.get_model("products.Requirement").objects.first().pk, 10**9)
    )

    assert (there, gone) == (403, 403)
