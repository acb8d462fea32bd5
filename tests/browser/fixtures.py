"""Pytest plugin (pyproject.toml): a real browser, for the tests of any folder.

`page` is a fresh page of a browser context that lasts the whole run, so that scripts and styles
are fetched and compiled once; cookies and storage are emptied after each test. What belongs to
a context (JavaScript off, touch, an empty cache, routes of all pages) is `new_context(…)`'s.
"""

import contextlib
import os

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import sync_playwright

from tests.browser import chromium
from tests.processes import wait_until_idle

# Playwright's sync interface runs an event loop in the thread in which the tests use the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def browser():
    path = chromium.find()
    assert path, "no Chromium: `make test` installs one, or set CHROMIUM to its path"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def _problems():
    return []


@pytest.fixture
def problems(_problems, site, transactional_db):
    """What pages did that they mustn't. A test that provokes an error clears it itself."""
    _problems.clear()
    yield _problems
    wait_until_idle()
    assert _problems == []


@pytest.fixture(scope="session")
def _open_context(browser, site, _problems):
    def opened(**options):
        context = browser.new_context(base_url=site, **options)
        context.set_default_timeout(10_000)
        context.on("console", lambda message: _note_console(_problems, message))
        context.on("weberror", lambda error: _problems.append(f"script error: {error.error}"))
        context.on("request", lambda request: _note_foreign(_problems, request, site))
        return context

    return opened


@pytest.fixture
def new_context(_open_context, problems):
    """`new_context(java_script_enabled=False, …)`: a context of one's own, watched as `page` is."""
    contexts = []

    def opened(**options):
        contexts.append(_open_context(**options))
        return contexts[-1]

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def _context(_open_context):
    context = _open_context()
    yield context
    context.close()


@pytest.fixture
def page(_context, site, problems):
    """A page; fails on console messages, script errors, foreign requests.

    Paths are relative to the site: `page.goto("/p/ROTA/")`.
    """
    page = _context.new_page()
    yield page
    devtools = _context.new_cdp_session(page)
    devtools.send("Storage.clearDataForOrigin", {"origin": site, "storageTypes": "all"})
    for one in _context.pages:
        one.close()
    _context.clear_cookies()


@pytest.fixture
def sign_in(_context, site):
    """`sign_in(user)`: the page's next request is the user's; or `context=` another context's."""

    def by_cookie(user, *, context=_context):
        context.add_cookies([session_of(user, site)])

    return by_cookie


@contextlib.contextmanager
def page_of(browser, user, address):
    """A page of this person's own browser, beside that of the fixture `page`."""
    context = browser.new_context(base_url=address)
    context.add_cookies([session_of(user, address)])
    try:
        yield context.new_page()
    finally:
        context.close()
        wait_until_idle()


def session_of(user, address):
    """The cookie of a session that has just begun."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": address}


def _note_console(problems, message):
    if message.type in ("error", "warning"):
        problems.append(f"console {message.type}: {message.text}")


def _note_foreign(problems, request, site):
    if not request.url.startswith((f"{site}/", "data:", "blob:")):
        problems.append(f"foreign request: {request.url}")
