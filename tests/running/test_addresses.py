"""How long an address may be under the production web server."""

import http.client
from contextlib import closing
from urllib.parse import urlencode, urlsplit

from prioritisation.requirements.bulk_edit import MOST


def status_of(site, path):
    with closing(http.client.HTTPConnection(urlsplit(site).netloc, timeout=10)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status


def test_as_many_as_may_be_edited_at_once_fit_an_address(site, transactional_db):
    rows = urlencode({"row": [f"{10_000 + n}.99" for n in range(MOST)]}, doseq=True)

    # Nobody is signed in: the answer is the way to the sign-in, from the site and not its server.
    assert status_of(site, f"/p/ROTA/bulk/?what=status&{rows}") == 302


def test_the_control_more_is_too_long(site, transactional_db):
    assert status_of(site, f"/p/ROTA/bulk/?row={'9' * 8200}") == 414
