"""Somebody who knocks at the doors of a real site, many at a time, each from an address of their
own as a proxy tells it."""

import http.client
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from accounts.hashing import BoundedArgon2
from accounts.models import User
from tests import cast


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    ms: float
    to: str = ""


@dataclass
class Visitor:
    """One who keeps cookies; `address` is told as the proxy in front tells it."""

    site: str
    address: str = "10.0.0.1"

    def __post_init__(self):
        self.cookies = {}

    def ask(self, path: str, form: dict | None = None, **headers: str) -> Answer:
        sent = {"X-Forwarded-For": self.address, **headers}
        sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if form is not None:
            form = form | {"csrfmiddlewaretoken": self.cookies[settings.CSRF_COOKIE_NAME]}
            body, sent["Content-Type"] = urlencode(form), "application/x-www-form-urlencoded"
        began = time.perf_counter()
        with closing(http.client.HTTPConnection(urlsplit(self.site).netloc, timeout=60)) as line:
            line.request("GET" if body is None else "POST", path, body, sent)
            answer = line.getresponse()
            text = answer.read().decode(errors="replace")
        took = (time.perf_counter() - began) * 1000
        for cookie in answer.msg.get_all("Set-Cookie") or []:
            name, value = cookie.split(";")[0].split("=", 1)
            self.cookies[name] = value
        return Answer(answer.status, text, took, answer.headers.get("Location", ""))

    def sign_in(self, name: str, password: str = cast.PASSWORD) -> Answer:
        if settings.CSRF_COOKIE_NAME not in self.cookies:
            self.ask("/sign-in/")
        return self.ask("/sign-in/", {"login": name, "password": password})


def side_by_side(tasks: Iterable[Callable[[], Answer]], *, at_once: int = 200) -> list[Answer]:
    with ThreadPoolExecutor(at_once) as pool:
        return [told.result() for told in [pool.submit(task) for task in tasks]]


def users(*names: str) -> None:
    """Whose passwords are stored as the site stores them."""
    hashed = BoundedArgon2().encode(cast.PASSWORD, "salt" * 4)
    User.objects.bulk_create(
        User(username=name, email=f"{name}@example.org", password=hashed) for name in names
    )
