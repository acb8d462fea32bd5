"""What one cell of a sheet says. Each reader takes a cell that isn't blank, without the spaces
around it, and raises CellError with a sentence for the person who wrote it."""

import re
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import floor

from prioritisation.models import Basis
from products.models import MustReason, Requirement, Status

MOST_TAGS = 20
LONGEST_TAG = 40


class CellError(ValueError):
    """The cell can't be read."""


def _text(column):
    longest = Requirement._meta.get_field(column).max_length

    def read(cell):
        if len(cell) > longest:
            raise CellError(f"{len(cell):,} characters; at most {longest:,} fit.")
        return cell

    return read


external_id = _text("external_id")
title = _text("title")
description = _text("description")
decision = _text("decision")


def _choice(choices):
    known = {name.casefold(): value for value, label in choices for name in (value, label) if name}

    def read(cell):
        try:
            return known[cell.casefold()]
        except KeyError:
            names = ", ".join(value for value, _label in choices if value)
            raise CellError(f"“{cell[:40]}” is none of {names}.") from None

    return read


status = _choice(Status.choices)
must_reason = _choice(MustReason.choices)


def number(cell):
    """An exact number; a decimal comma and a true minus sign are fine."""
    if re.search(r"^[^.,]*,\d{3}$", cell):
        raise CellError(f"“{cell[:40]}” can be read in two ways; leave the comma out.")
    try:
        value = Decimal(cell.replace("−", "-").replace(",", "."))
    except InvalidOperation:
        value = None
    # The exponent's bound: Fraction("1e999999999") would fill the memory.
    if value is None or not value.is_finite() or abs(value.adjusted()) > 20:
        raise CellError(f"“{cell[:40]}” isn't a number that can be here.")
    return Fraction(value)


def effort(cell):
    value = number(cell)
    if not Fraction(1, 100) <= value <= 1_000_000:
        raise CellError(f"“{cell[:40]}” isn't from 0.01 to 1,000,000.")
    return float(value)


def tags(cell):
    """Tags apart by commas, semicolons or bars, each once, in the cell's order."""
    found = list(dict.fromkeys(filter(None, (tag.strip() for tag in re.split("[,;|]", cell)))))
    if len(found) > MOST_TAGS:
        raise CellError(f"{len(found)} tags; at most {MOST_TAGS} fit.")
    for tag in found:
        if len(tag) > LONGEST_TAG:
            raise CellError(f"the tag “{tag[:20]}…” has more than {LONGEST_TAG} characters.")
    return found


def rating(cell):
    """A whole number from −5 to 5."""
    value = number(cell)
    if value.denominator != 1 or not -5 <= value <= 5:
        raise CellError(f"“{cell[:40]}” isn't a whole number from −5 to 5.")
    return int(value)


#: how one knows, by the letter one writes after a rating
LETTERS = {basis[0]: basis for basis in Basis.values}


def rating_known(cell):
    """(rating, basis or None) of "4", "−3 s" or "5G"."""
    match = re.fullmatch(f"(.+?) ?([{''.join(LETTERS)}])", cell, re.IGNORECASE | re.DOTALL)
    return (rating(match[1]), LETTERS[match[2].lower()]) if match else (rating(cell), None)


def rating_reader(scale):
    """Reads ratings on our own scale or, given (low, high), on a foreign one."""
    if scale is None:
        return rating
    low, high = map(Fraction, scale)

    def read(cell):
        value = number(cell)
        if not low <= value <= high:
            raise CellError(f"“{cell[:40]}” isn't from {float(low):g} to {float(high):g}.")
        return rescaled(value, low, high)

    return read


def rescaled(value, low, high):
    """A value on the scale low…high as a rating, rounded half away from zero.

    A scale of importance (low ≥ 0) says how much somebody gains, from nothing to everything: its
    low end becomes 0, doesn't care, its high end 5. Stretching 1…9 to −5…5 would turn "least
    important" into "would stop using it", which nobody said. A scale with a negative side has
    harm on it: its zero stays 0, and each side is stretched to 5 by itself.
    """
    has_harm = low < 0
    zero, end = (0, high if value >= 0 else -low) if has_harm else (low, high - low)
    share = (value - zero) / end
    size = floor(abs(share) * 5 + Fraction(1, 2))
    return size if share >= 0 else -size


def scale_from(text):
    """(low, high) of "1..9"; raises CellError."""
    match = re.fullmatch(r"\s*([-−]?[\d.]+?)\s*\.\.\s*([-−]?[\d.]+)\s*", text)
    low, high = (number(part) for part in match.groups()) if match else (0, 0)
    if not low < high or high <= 0:
        raise CellError(f"“{text[:40]}” isn't a scale such as 1..9, lowest first.")
    return low, high
