"""Staff with no permission, with permission to view, to change: what the back office lets them."""

import re
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client

from accounts.models import User
from prioritisation.pipeline.rescoring import rescore
from tests import crawling
from tests.cast import user
from tests.crawling import SECRET, Crawler
from tests.isolation.back_office import ADMIN_URLS, paths_of, requests

#: what only somebody who sees the product knows
TOLD = re.compile(f"{SECRET}|Nurse|Hospital|ROTA|Rota|Single sign-on|alice")


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


def asked(client, crawler, method, path, fields):
    """(status, what it tells, whether a row changed) of one request, which is taken back."""
    with transaction.atomic():
        body = urlencode(fields, doseq=True)
        answer = client.generic(method, path, body, "application/x-www-form-urlencoded")
        text = answer.getvalue().decode(errors="replace") + answer.headers.get("Location", "")
        changed = crawler._fingerprint() != crawler._before
        transaction.set_rollback(True)
    return answer.status_code, TOLD.findall(text), changed


#: what all staff see: the first page, and what stands for itself
FOR_ALL_STAFF = {"index", "login", "jsi18n", "password_change", "password_change_done"}


def test_every_url_of_the_back_office_asks_for_a_permission(crawler, nobody):
    """Also one that somebody else's package brings, whose rows hold no name that we know."""
    opened = {
        url.name.removeprefix("admin:")
        for url in ADMIN_URLS
        for path in paths_of(url)
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
    for _url, method, path, fields in requests():
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
    for _url, method, path, fields in requests():
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
    for _url, method, path, fields in requests():
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
