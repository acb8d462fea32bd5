"""Below a path of a shared host: a real gunicorn under SCRIPT_NAME, crawled link by link."""

import html
import http.client
import json
import re
from contextlib import closing
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from django.conf import settings

from accounts.models import Token, User
from prioritisation.pipeline.rescoring import rescore
from tests import cast, crawling, processes

PREFIX = "/userward"
#: Attributes that hold an address: links, forms, scripts, what htmx and our scripts fetch.
ADDRESS = re.compile(
    r'\b(?:href|src|action|hx-get|hx-post|hx-push-url|data-url|data-[a-z-]*url)="([^"]*)"'
)
IN_CSS = re.compile(r"url\(['\"]?([^'\")]+)")
NOTHING = re.compile(r"(?!)")
MOST_PAGES = 250
#: of the back office, one model stands for all
OTHER_MODELS = re.compile(rf"{PREFIX}/admin/(?!products/requirement/|logout/|jsi)[a-z_]+/.")
PAGES = ("account/", "p/ROTA/map/", "admin/", "admin/products/requirement/", "api/v0/docs/")
FILES = ("app.css", "live_updates.js", "fonts/inter.woff0", "icon.svg", "admin/css/base.css")


class Visitor:
    """A browser without scripts: keeps cookies by their path, follows nothing by itself."""

    def __init__(self, address):
        self._netloc, self._cookies = urlsplit(address).netloc, {}
        self.paths_of_cookies = set()

    def ask(self, path, data=None):
        with closing(http.client.HTTPConnection(self._netloc, timeout=20)) as connection:
            headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items())}
            if data is not None:
                data = urlencode(
                    data | {"csrfmiddlewaretoken": self._cookies[settings.CSRF_COOKIE_NAME]}
                )
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("GET" if data is None else "POST", path, data, headers)
            answer = connection.getresponse()
            self._take_cookies(answer)
            return answer, answer.read().decode(errors="replace")

    def _take_cookies(self, answer):
        for line in answer.msg.get_all("Set-Cookie") or []:
            name, value = line.split(";")[0].split("=", 1)
            self._cookies[name] = value
            if name in {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}:
                self.paths_of_cookies.add(re.search("Path=([^;]*)", line)[1])


@pytest.fixture(scope="module")
def below_a_path(django_db_setup):
    with processes.site(SCRIPT_NAME=PREFIX, LIVE_URL="/live/") as address:
        yield address


@pytest.fixture
def visitor(below_a_path, transactional_db):
    product = crawling.cast()
    rescore(product.pk)
    alice = User.objects.get(username="alice")
    alice.is_staff = alice.is_superuser = True
    alice.save()
    alice.authenticator_set.all().delete()  # a password is enough for her here
    alice.notifications.all().delete()  # made by this process, which is below no path
    visitor = Visitor(below_a_path)
    visitor.ask(f"{PREFIX}/sign-in/")
    answer, _page = visitor.ask(f"{PREFIX}/sign-in/", {"login": "alice", "password": cast.PASSWORD})
    assert (answer.status, answer.headers["Location"]) == (302, f"{PREFIX}/")
    return visitor


def addresses_in(page, at):
    found = {"css": IN_CSS, "js": NOTHING}.get(at.rpartition(".")[2], ADDRESS).findall(page)
    for raw in found:
        address = html.unescape(raw)
        if address and not re.match(r"#|data:|mailto:|https?:|true$|false$", address):
            yield urljoin(at, address)


def crawl(visitor, start):
    """{path: (status, by which page it was named)} of all that is reached from there."""
    todo, seen = [(path, "") for path in start], {}
    while todo and len(seen) < MOST_PAGES:
        path, source = todo.pop(0)
        path = path.partition("#")[0]
        # One of each form: what differs in its query or its number alone is drawn the same way.
        form = re.sub(r"\d+", "0", path.partition("?")[0])
        if form in seen or OTHER_MODELS.match(form):
            continue
        answer, page = visitor.ask(path)
        seen[form] = (answer.status, source)
        if answer.status in (301, 302):
            todo.append((urljoin(path, answer.headers["Location"]), path))
        elif answer.status == 200 and path.startswith(PREFIX):
            todo += [(found, path) for found in addresses_in(page, path)]
    return seen


def test_every_link_script_and_style_lies_below_it(visitor):
    start = [f"{PREFIX}/", f"{PREFIX}/p/ROTA/", f"{PREFIX}/admin/", f"{PREFIX}/api/v1/docs/"]

    seen = crawl(visitor, start)

    assert len(seen) > 100
    assert {f"{PREFIX}/{path}" for path in PAGES} <= seen.keys()
    assert {f"{PREFIX}/static/{name}" for name in FILES} <= seen.keys()
    assert {path: by for path, by in seen.items() if not f"{path}/".startswith(f"{PREFIX}/")} == {}
    # What only a form's fields make whole is refused, and yet is there.
    assert {path: by for path, by in seen.items() if by[0] == 404 or by[0] >= 500} == {}


def test_the_control_a_link_beside_it_is_found():
    page = '<html><a href="/p/ROTA/">here</a> <form hx-get="map/">'

    assert list(addresses_in(page, f"{PREFIX}/p/ROTA/")) == [
        "/p/ROTA/",
        f"{PREFIX}/p/ROTA/map/",
    ]


def test_cookies_the_live_address_and_the_apis_links_lie_below_it(visitor):
    standing = json.loads(visitor.ask(f"{PREFIX}/p/ROTA/standing/")[1])
    pages = json.loads(visitor.ask(f"{PREFIX}/api/v1/requirements/?product=ROTA&limit=1")[1])
    schema = visitor.ask(f"{PREFIX}/api/v1/schema/?format=json")[1]

    assert visitor.paths_of_cookies == {PREFIX}
    assert standing["live"].startswith(f"{PREFIX}/live/?ticket=")
    assert urlsplit(pages["next"]).path == f"{PREFIX}/api/v1/requirements/"
    assert visitor.ask(pages["next"].partition(urlsplit(pages["next"]).netloc)[2])[0].status == 200
    told = json.loads(schema)
    assert told["servers"] == [{"url": PREFIX}]
    assert "/api/v1/products/" in told["paths"]


def test_a_write_is_taken_and_an_error_below_it_is_the_apis(visitor):
    path, form = f"{PREFIX}/account/tokens/", {"name": "script", "days": "30", "scopes": "*"}
    asked, _page = visitor.ask(path, form)
    again = asked.headers["Location"]
    answer, _page = visitor.ask(again, {"password": cast.PASSWORD, "next": path})
    missing, problem = visitor.ask(f"{PREFIX}/api/v1/none/")

    assert again.startswith(f"{PREFIX}/sign-in/again/")
    assert answer.status == 200
    assert Token.objects.filter(name="script").exists()
    assert (missing.status, missing.headers["Content-Type"]) == (404, "application/problem+json")
    assert json.loads(problem)["status"] == 404


def test_a_path_beside_it_is_no_failure(below_a_path):
    """The proxy may have cut it off; what is nowhere is nowhere."""
    paths = ["/sign-in/", "/readyz", "/userwardly/", "/elsewhere/", PREFIX]

    found = [Visitor(below_a_path).ask(path)[0].status for path in paths]

    assert found == [200, 200, 404, 404, 302]
