"""What tests of a requirement's pages share."""

import re


def text(answer):
    """The page's words, without markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))
