"""What tests of a requirement's pages share."""

import re

from django.test import Client


def signed_in(who):
    client = Client()
    client.force_login(who)
    return client


def text(answer):
    """The page's words, without markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))
