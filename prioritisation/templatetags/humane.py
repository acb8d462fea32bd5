"""Numbers and days as one says them."""

from django import template
from django.utils import timezone
from django.utils.dateformat import format as format_date

from prioritisation.presentation.formatting import and_join, ordinal, share

register = template.Library()
register.filter("and_join", and_join)
register.filter("ordinal", ordinal)
register.filter("share", share)

SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@register.filter
def in_words(number):
    return SMALL[number] if 0 <= number < len(SMALL) else f"{number:,}"


@register.filter
def quoted(titles):
    """“A”, “B” and “C”."""
    return and_join([f"“{title}”" for title in titles])


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
