"""/.well-known/security.txt: where to tell of a hole."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone


@pytest.mark.parametrize(
    ("contact", "told"),
    [
        ("", "mailto:userward@localhost"),
        ("security@example.org", "mailto:security@example.org"),
        ("https://example.org/holes", "https://example.org/holes"),
    ],
)
def test_it_names_a_contact_and_is_good_for_less_than_a_year(client, settings, contact, told):
    settings.SECURITY_CONTACT, settings.SITE_URL = contact, "https://userward.example"

    answer = client.get("/.well-known/security.txt")

    assert answer["Content-Type"].startswith("text/plain")
    fields = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert fields["Contact"] == told
    assert fields["Canonical"] == "https://userward.example/.well-known/security.txt"
    expires = datetime.fromisoformat(fields["Expires"])
    assert timezone.now() < expires < timezone.now() + timedelta(days=365)
