"""The three boxes of the start page: what a line in them means, and how it all gets in."""

import re

from django.core.exceptions import ValidationError
from django.db import transaction

from personas.forms import MOST_PEOPLE
from personas.models import Kind
from personas.services import add_persona
from prioritisation.imports.services import import_sheet
from products.models import Product, Requirement
from products.services import add_requirements

LONGEST_NAME = 100
LONGEST_TITLE = 200
LONGEST_LINE = 1_000
MOST_PERSONAS = 50
MOST_TITLES = 2_000
MOST_MESSAGES = 12

#: what people write for a kind, in brackets after a payer's name
KINDS = {
    "procurer": Kind.PROCURER,
    "buyer": Kind.PROCURER,
    "customer": Kind.PROCURER,
    "approver": Kind.PROCURER,
    "advertiser": Kind.ADVERTISER,
    "sponsor": Kind.ADVERTISER,
    "other": Kind.OTHER,
}
PEOPLE = re.compile(r"(.*?[^\s,;:(])[\s,;:(]+([-−]?\d[\d,.'’\u00a0 ]*)(?:people)?\)?", re.I)
BRACKETS = re.compile(r"(.*\S)\s*\(([^()]*)\)")
BULLET = re.compile(r"[-*•–]\s+(\[[ xX]\]\s+)?")
#: with or without thousands apart: 1500, 1,500, 1 500
WHOLE = re.compile(r"\d+|\d{1,3}([,.'’\u00a0 ]\d{3})+")


def read_users(text):
    """[(name, people or None)] of lines such as "Nurse 500"; raises ValidationError."""
    return _read(text, _user)


def read_payers(text):
    """[(name, kind)] of lines such as "Hospital" or "Agency (advertiser)"."""
    return _read(text, _payer)


def read_titles(text):
    """The titles, one a line, each once."""
    if "\0" in text:
        raise ValidationError("There is a NUL byte in it; this isn't plain text.")
    titles = list(dict.fromkeys(filter(None, _lines(text))))
    if len(titles) > MOST_TITLES:
        raise ValidationError(f"{len(titles):,} titles; at most {MOST_TITLES:,} at a time.")
    long = [title for title in titles if len(title) > LONGEST_TITLE]
    if long:
        raise ValidationError(
            [
                f"“{title[:30]}…” has {len(title):,} characters; at most {LONGEST_TITLE} fit."
                for title in long[:MOST_MESSAGES]
            ]
        )
    return titles


def _lines(text):
    """The lines of a text, without the bullets and boxes of a list pasted from notes."""
    lines = map(str.strip, text.splitlines())
    return [line[found.end() :] if (found := BULLET.match(line)) else line for line in lines]


def _read(text, read_line):
    if "\0" in text:
        raise ValidationError("There is a NUL byte in it; this isn't plain text.")
    found, errors = [], []
    for number, line in enumerate(_lines(text), start=1):
        if not line:
            continue
        try:
            name, what = read_line(line)
            if len(name) > LONGEST_NAME:
                raise ValueError(f"a name has at most {LONGEST_NAME} characters.")
            if name.casefold() in {known.casefold() for known, _what in found}:
                raise ValueError(f"“{name}” is there already.")
            found.append((name, what))
        except ValueError as error:
            errors.append(f"Line {number}: {error}")
        if len(found) > MOST_PERSONAS or len(errors) > MOST_MESSAGES:
            errors.append(f"At most {MOST_PERSONAS} at a time.")
            break
    if errors:
        raise ValidationError(errors)
    return found


def _user(line):
    match = PEOPLE.fullmatch(line) if len(line) <= LONGEST_LINE else None
    if not match:
        return line, None
    written = match[2].strip()
    people = int(re.sub(r"\D", "", written)[:12]) if WHOLE.fullmatch(written) else 0
    if not 1 <= people <= MOST_PEOPLE:
        raise ValueError(f"{written[:20]} can't be a number of people.")
    return match[1], people


def _payer(line):
    match = BRACKETS.fullmatch(line) if len(line) <= LONGEST_LINE else None
    if not match:
        return line, Kind.PROCURER
    kind = KINDS.get(match[2].strip().casefold())
    return (match[1], kind) if kind else (line, Kind.PROCURER)


@transaction.atomic
def add_boxes(*, product, by, users=(), payers=(), titles=(), sheet=None, basis=None):
    """Add what the boxes hold; what the product has by that name already stays as it is.

    Raises SheetError where the sheet names a persona that isn't there.
    """
    # One at a time, or two windows would both find that a title isn't there.
    Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    known = {name.casefold() for name in product.personas.values_list("name", flat=True)}
    for name, people in users:
        if name.casefold() not in known:
            add_persona(product=product, by=by, name=name, kind=Kind.END_USER, headcount=people)
    for name, kind in payers:
        if name.casefold() not in known:
            add_persona(product=product, by=by, name=name, kind=kind)
    if sheet is not None:
        import_sheet(product=product, sheet=sheet, basis=basis, by=by)
    have = set(product.requirements.filter(title__in=titles).values_list("title", flat=True))
    fresh = [Requirement(title=title) for title in titles if title not in have]
    if fresh:
        add_requirements(product=product, by=by, requirements=fresh)
