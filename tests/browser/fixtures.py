"""Pytest plugin (pyproject.toml): a real browser, for the tests of any folder."""

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


@pytest.fixture
def problems():
    """What the page did that it mustn't. A test that provokes an error clears it itself."""
    return []


@pytest.fixture
def page(browser, site, transactional_db, problems):
    """A page of a fresh context; fails on console messages, script errors, foreign requests.

    Paths are relative to the site: `page.goto("/p/ROTA/")`.
    """
    context = browser.new_context(base_url=site)
    context.set_default_timeout(10_000)
    context.on("console", lambda message: _note_console(problems, message))
    context.on("weberror", lambda error: problems.append(f"script error: {error.error}"))
    context.on("request", lambda request: _note_foreign(problems, request, site))
    yield context.new_page()
    context.close()
    wait_until_idle()
    assert problems == []


@pytest.fixture
def sign_in(page, site):
    """`sign_in(user)`: the page's next request is the user's."""
    return lambda user: page.context.add_cookies([session_of(user, site)])


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
