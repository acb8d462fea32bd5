"""What isn't a form is refused before anybody reads it, by a page that doesn't read it either."""

import pytest

URLENCODED = "application/x-www-form-urlencoded"
NO_FORMS = [
    (f"{URLENCODED}; charset=utf-16", b"a=b"),
    (URLENCODED, b"a=1&" * 20_001),
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=B; charset=hex", b"x"),
]


@pytest.mark.parametrize("path", ["/sign-in/", "/admin/", "/api/v1/products/", "/none/"])
@pytest.mark.parametrize(("content_type", "body"), NO_FORMS)
def test_what_is_no_form_is_refused(client, path, content_type, body):
    answer = client.generic("POST", path, body, content_type)

    assert answer.status_code == 400
    kind = "application/problem+json" if path.startswith("/api/") else "text/html"
    assert answer["Content-Type"].startswith(kind)
