import pytest
from django.db import transaction
from django.test import override_settings

from tests.isolation.crawl import Crawl


@pytest.fixture(scope="package")
def crawl(django_db_setup, django_db_blocker):
    """Two products and whoever asks, made once: mark the module `xdist_group("crawl")`, and the
    worker that runs it makes no other. Nothing of it is there after the last test here."""
    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        override_settings(LIVE_URL="/live/"),
    ):
        yield Crawl()
        transaction.set_rollback(True)
