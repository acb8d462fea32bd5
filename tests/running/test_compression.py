"""Pages are compressed, the API's answers aren't. (What a whole page weighs: test_up.py.)"""

import gzip

import pytest
from django.urls import reverse

from tests import cast

GZIP = {"HTTP_ACCEPT_ENCODING": "br, gzip, deflate"}


@pytest.mark.django_db
def test_a_page_is_sent_compressed_to_who_takes_it(client):
    address = reverse("sign_in")
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


@pytest.mark.django_db
def test_the_api_keeps_its_strong_etags(client):
    alice = cast.user("alice")
    cast.rota(alice)
    client.force_login(alice)
    answer = client.get("/api/v1/products/ROTA/", **GZIP)

    assert answer["ETag"] == '"1"'
    assert "Content-Encoding" not in answer
    assert answer.json()["key"] == "ROTA"
