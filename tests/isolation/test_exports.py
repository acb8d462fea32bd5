"""No file that leaves holds a formula: every address that answers CSV, found by asking all."""

import csv
import io
import unicodedata

import pytest
from django.apps import apps
from django.db import models

from products.spreadsheets import harmless
from tests.cast import signed_in, user
from tests.isolation.back_office import ADMIN_URLS, paths_of
from tests.isolation.requests import Ask
from tests.isolation.test_crawl import OF_THE_MODULE
from tests.isolation.watching import NO_INPUT

SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫⁼⁺₌"
#: what hides a sign from a reader, and from a check of the first character
BEFORE = ["", " ", "\t", "\r", "\n", "\u00a0", "\u200b", "\ufeff", "\u2060", "\u00ad", "\u202e",
          "\u3000", "\u0301", "\ufe0f", "\u3164", " \u200b \u200b"]  # fmt: skip
FORMULAS = [f"{before}{sign}SUM(1)" for sign in SIGNS for before in BEFORE]
OURS = {"accounts", "products", "personas", "prioritisation"}

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group(OF_THE_MODULE)]


def runs(cell):
    """Whether a spreadsheet might take the cell for a formula; one written out by hand."""
    shown = unicodedata.normalize("NFKC", cell)
    hidden = ("C", "Z", "M")
    blank = "\u1160\u3164"  # Hangul's fillers, which are letters
    start = next(
        (c for c in shown if unicodedata.category(c)[0] not in hidden and c not in blank), ""
    )
    if cell.startswith(("\t", "\r", "\n")):
        return True
    return start in tuple("=+-@") and not is_number(cell)


def is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_a_formula_is_shown_and_not_run():
    assert [text for text in FORMULAS if not runs(text) or harmless(text) != f"'{text}"] == []


@pytest.mark.parametrize("text", ["", "a=b", "5 − 3", "Ärzte", "e\u0301tage", "'=1", "\u200bno"])
def test_other_text_stays_as_it_is(text):
    assert harmless(text) == text


#: columns that people don't type into, or that the database checks
NOT_TYPED = {"digest", "prefix", "password", "email", "key", "session", "lookup"}


def texts_of(model):
    """The columns that hold what people typed."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not isinstance(field, models.URLField)
        and not (field.choices or field.name in NOT_TYPED)
    ]


def type_formulas(start):
    """Every column that people type into holds a formula; each another one."""
    typed = iter(FORMULAS[start:] + FORMULAS)
    for model in apps.get_models():
        table = model._meta.db_table
        ours = model._meta.app_label in OURS and table not in NO_INPUT
        if not ours or hasattr(model, "pgh_tracked_model") or model._meta.proxy:
            continue
        for row in model._base_manager.all()[:3]:
            values = {field.name: next(typed).replace("\0", "") for field in texts_of(model)}
            values |= {"tags": [next(typed)]} if hasattr(row, "tags") else {}
            short = {name: value[:20] for name, value in values.items()}
            if short:
                model._base_manager.filter(pk=row.pk).update(**short)


def csv_answers(crawl, superuser):
    """[(address, its rows)] of every address that answers a table."""
    asked = [(crawl.world.actors["owner"].client, ask) for ask in crawl.plain if is_plain(ask)]
    asked += [
        (superuser, Ask(url.name, "GET", f"/{path}"))
        for url in ADMIN_URLS
        if "export" in url.name or "csv" in url.route
        for path in paths_of(url)[:1]
    ]
    for client, ask in asked:
        answer = ask.send(client)
        if answer.get("Content-Type", "").startswith("text/csv"):
            text = answer.getvalue().decode("utf-8-sig")
            yield ask.path, list(csv.reader(io.StringIO(text, newline="")))


def is_plain(ask):
    return ask.method == "GET" and ask.is_main and not ask.query


@pytest.mark.scores_are_tampered_with
@pytest.mark.parametrize("start", [0, 77, 161])
def test_no_file_holds_a_formula(crawl, start):
    superuser = signed_in(user("root", is_staff=True, is_superuser=True))
    type_formulas(start)

    files = dict(csv_answers(crawl, superuser))

    wrong = [
        (path, cell) for path, rows in files.items() for row in rows for cell in row if runs(cell)
    ]
    assert wrong == []
    assert len(files) >= 6
    escaped = [cell for rows in files.values() for row in rows for cell in row if cell[:1] == "'"]
    assert len(escaped) > 20  # the control: there was something to escape
