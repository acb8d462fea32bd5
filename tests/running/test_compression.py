"""Pages and the API's answers are compressed. (What a whole page weighs: test_up.py.)"""

import gzip
import json

import pytest
from django.urls import reverse

from config.middleware import takes_gzip
from products.models import Product
from tests import cast

GZIP = {"HTTP_ACCEPT_ENCODING": "br, gzip, deflate"}


@pytest.mark.django_db
def test_a_page_is_sent_compressed_to_who_takes_it(client):
    address = reverse("account_login")
    plain, packed = client.get(address), client.get(address, **GZIP)

    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert int(packed["Content-Length"]) == len(packed.content) < len(plain.content)
    assert b"</html>" in gzip.decompress(packed.content)


@pytest.mark.django_db
def test_the_length_of_an_answer_tells_nothing_exact(client):
    lengths = {len(client.get("/nowhere/", **GZIP).content) for _ in range(20)}

    assert max(lengths) - min(lengths) > 20


@pytest.fixture
def alice_api(client):
    """Signed in, and owner of a product whose JSON is worth compressing."""
    alice = cast.user("alice")
    cast.rota(alice)
    Product.objects.update(description="What it is for. " * 100)
    client.force_login(alice)
    return client


@pytest.mark.django_db
def test_what_the_api_compresses_has_a_weak_etag_that_names_the_version(alice_api):
    plain = alice_api.get("/api/v1/products/ROTA/")
    packed = alice_api.get("/api/v1/products/ROTA/", **GZIP)

    assert (plain["ETag"], packed["ETag"]) == ('"2"', 'W/"2"')
    assert len(packed.content) < len(plain.content) / 3
    assert json.loads(gzip.decompress(packed.content)) == plain.json()
    changed = alice_api.patch(
        "/api/v1/products/ROTA/",
        {"name": "Rota 2"},
        "application/json",
        headers={"If-Match": packed["ETag"]},
    )
    assert changed.status_code == 200


@pytest.mark.django_db
def test_what_one_packet_holds_is_not_compressed(alice_api):
    answer = alice_api.get("/api/v1/products/ROTA/members/", **GZIP)

    assert "Content-Encoding" not in answer


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/schema/", "/api/v1/schema/?format=json"])
def test_the_schema_is_compressed(client, path):
    assert client.get(path, **GZIP)["Content-Encoding"] == "gzip"


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("*", True),
        ("x-gzip", True),
        ("", False),
        ("gzip;q=0", False),
        ("br, gzip; q=0.000, *", False),
        ("*;q=0", False),
        ("identity", False),
        ("notgzip", False),
    ],
)
def test_gzip_is_for_who_takes_it(header, taken):
    assert takes_gzip(header) is taken
