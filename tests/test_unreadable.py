"""Forms, queries and headers that aren't any: refused, never a failure, and no traceback."""

import logging
import re

import pytest
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.test import Client

from accounts.models import User
from tests import crawling
from tests.crawling import Crawler, client_of, urls

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=B"
PART = b'--B\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\nx\r\n--B--\r\n'
#: (content type, body), none of which is a form
NO_FORMS = [
    *((f"{URLENCODED}; charset={name}", b"title=x") for name in ("utf-16", "hex", "undefined")),
    *((f"{MULTIPART}; charset={name}", PART % (b"a", b"")) for name in ("utf-16", "rot13", "no")),
    ("application/json; charset=utf-16", b"{}"),
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=\xff", b"--\xff\r\n"),
    (f"multipart/form-data; boundary={'x' * 300}", b"x"),
    (MULTIPART, PART % (b"a", b"\r\nContent-Transfer-Encoding: base64")),
    (MULTIPART, b"".join((PART % (b"f", b'; filename="a"'))[:-7] for _ in range(101)) + b"--B--"),
    (URLENCODED, b"a=1&" * 20_001),
    (URLENCODED, b"title=" + b"x" * (5 * 1024 * 1024 + 1)),
]
#: forms that are some, with fields that nobody can mean
STRANGE_FORMS = [
    (
        URLENCODED,
        b"title=%00&name=%00&text=%00&username=%00&email=%00&value=%ff&name=%ed%a0%80&value=1e999&persona="
        + b"9" * 30,
    ),
    (
        URLENCODED,
        b"action=delete_selected&index=%00&_selected_action=%00&_selected_action=x&post=yes",
    ),
    (URLENCODED, b"action=no&index=" + b"9" * 30 + b"&_selected_action=" + b"9" * 30),
    ("text/xml", b"<x/>"),
]
NAMES = [
    *("page", "p", "o", "q", "e", "k", "a", "b", "row", "number", "after", "limit", "cursor"),
    *("order", "status", "tag", "search", "term", "next", "since", "persona", "scenario"),
    *("product", "_to_field", "_changelist_filters", "_popup"),
]
QUERIES = [
    *("&".join(f"{name}={value}" for name in NAMES) for value in ("%00", "9" * 30)),
    "term=",
]
HEADERS = [
    {
        "HTTP_COOKIE": f'{settings.SESSION_COOKIE_NAME}="\\000abc";'
        f' {settings.CSRF_COOKIE_NAME}="\\000"; messages="\\000"'
    },
    {"HTTP_COOKIE": "=;;;=; \xff=\xff"},
    {"HTTP_AUTHORIZATION": "Bearer \xff"},
    {"HTTP_AUTHORIZATION": "Bearer uw_\x00_00"},
    {"HTTP_IF_MATCH": '"' + "9" * 30 + '"'},
    {"HTTP_ACCEPT": "x/y;q=abc"},
    {"HTTP_ACCEPT": "application/json; indent=" + "9" * 30},
    {"HTTP_HOST": "["},
    {"HTTP_ORIGIN": "http://["},
    {"HTTP_REFERER": "http://["},
    {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://[bad"},
]


@pytest.fixture
def asked(db, caplog):
    """`asked(method, path, …)` → what is wrong with the answer, or ""; alice may do everything."""
    crawling_product = crawling.cast()
    User.objects.update(is_staff=True, is_superuser=True)
    client = client_of("alice")

    def ask(method, path, content_type=URLENCODED, body=b"", **extra):
        caplog.clear()
        client.cookies[settings.SESSION_COOKIE_NAME] = session
        with transaction.atomic():
            answer = client.generic(method, path, body, content_type, **extra)
            b"".join(answer)
            transaction.set_rollback(True)
        traced = [one for one in caplog.records if one.exc_info and one.levelno >= logging.WARNING]
        kept = [one for one in traced if getattr(one, "status_code", 500) >= 500]
        return f"{answer.status_code} {kept}" if answer.status_code >= 500 or kept else ""

    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    ask.product = crawling_product
    return ask


def every_path(product):
    """One of each URL: ours by the crawl's rows, the back office's by its first rows."""
    crawler = Crawler(product)
    for url in urls():
        if url.name == "admin:logout" or url.name in {"healthz", "sign_out"}:
            continue
        if not url.route.startswith("admin/"):
            yield crawler.path(url).partition("?")[0]
        else:
            model = re.match("admin/([a-z]+)/([a-z]+)/.*<", url.route)
            rows = model and apps.get_model(*model.groups())._base_manager
            first = rows and rows.values_list("pk", flat=True).first()
            yield "/" + re.sub("<[^>]*>", str(first or 1), url.route)


def test_a_form_that_is_none_is_refused(asked):
    """Before it is known whom it is for, so a path of each kind stands for all."""
    wrong = {
        f"{path} {content_type[:60]}": found
        for path in ("/sign-in/", "/p/ROTA/edit/", "/admin/", "/api/v1/requirements/", "/none/")
        for content_type, body in NO_FORMS
        if (found := asked("POST", path, content_type, body))
    }
    assert wrong == {}


def test_strange_fields_are_no_failure(asked):
    wrong = {
        f"{path} {content_type} {body[:40]}": found
        for path in every_path(asked.product)
        for content_type, body in STRANGE_FORMS
        if (found := asked("POST", path, content_type, body))
    }
    assert wrong == {}


def test_strange_questions_are_no_failure(asked):
    wrong = {
        f"{method} {path}?{query[:40]}": found
        for path in every_path(asked.product)
        for method, query in [("OPTIONS", ""), *(("GET", query) for query in QUERIES)]
        if (found := asked(method, path, QUERY_STRING=query))
    }
    assert wrong == {}


@pytest.mark.parametrize("header", HEADERS, ids=str)
def test_strange_headers_are_no_failure(asked, header):
    paths = ["/", "/p/ROTA/", "/sign-in/", "/admin/", "/api/v1/products/", "/api/v1/docs/", "/none"]
    wrong = {
        f"{method} {path}": found
        for path in paths
        for method in ("GET", "POST")
        if (found := asked(method, path, **header))
    }
    assert wrong == {}


@pytest.mark.parametrize("path", ["/sign-in/", "/p/ROTA/edit/", "/admin/", "/api/v1/requirements/"])
def test_whoever_sends_no_form_is_told_so(client, path):
    answer = client.generic("POST", path, b"a=b", f"{URLENCODED}; charset=utf-16")

    assert answer.status_code == 400
    assert "read" in answer.content.decode()
    api = path.startswith("/api/")
    assert answer["Content-Type"].startswith("application/problem+json" if api else "text/html")


@pytest.mark.parametrize(("fields", "status"), [(20_000, 403), (20_001, 400)])
def test_a_form_has_so_many_fields_at_most(db, fields, status):
    """Twenty thousand are read, and so found to lack the token of a form of ours."""
    form = "&".join(f"c{n}=1" for n in range(fields))

    answer = Client(enforce_csrf_checks=True).post("/sign-in/", form, URLENCODED)

    assert answer.status_code == status


def test_what_is_refused_is_logged_in_one_line():
    handler = logging.getLogger().handlers
    console = next(one for one in handler if type(one) is logging.StreamHandler)
    records = [
        logging.LogRecord("django.request", 30, "x", 1, "refused", (), (ValueError, None, None))
        for _ in range(2)
    ]
    records[0].status_code, records[1].status_code = 400, 500

    assert all(console.filter(record) for record in records)
    assert [bool(record.exc_info) for record in records] == [False, True]
