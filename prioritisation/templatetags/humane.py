"""Numbers and days as one says them."""

from django import template
from django.utils import timezone
from django.utils.dateformat import format as format_date

from prioritisation.wording import and_join, ordinal

register = template.Library()
register.filter("and_join", and_join)
register.filter("ordinal", ordinal)

SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@register.filter
def in_words(number):
    return SMALL[number] if 0 <= number < len(SMALL) else f"{number:,}"


@register.filter
def day(moment):
    """today, yesterday, last week's days by name, else 12 November."""
    if moment is None:
        return ""
    then, now = timezone.localtime(moment).date(), timezone.localdate()
    ago = (now - then).days
    if ago < 1:
        return "today"
    if ago == 1:
        return "yesterday"
    if ago < 7:
        return f"{ago} days ago"
    return format_date(then, "j F" if then.year == now.year else "j F Y")


@register.filter
def people(number):
    """1,500; – where nobody knows."""
    return "–" if number is None else f"{number:,}"


@register.filter
def fine_percent(share):
    """0.2 % for a small share, 13 % for the rest."""
    digits = 1 if 0 < share < 0.02 else 0
    text = f"{share * 100:.{digits}f}"
    return "under 0.1\u00a0%" if share and float(text) == 0 else f"{text}\u00a0%"
