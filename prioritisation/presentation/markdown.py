"""Markdown of requirements as HTML that is safe to show."""

from django.utils.safestring import mark_safe
from markdown_it import MarkdownIt

# HTML in it is shown as text; the parser itself drops javascript: addresses. Pictures from
# elsewhere would tell their server who reads the page.
_parser = MarkdownIt("commonmark", {"html": False}).disable("image")


def html_of(text):
    return mark_safe(_parser.render(text))  # noqa: S308
