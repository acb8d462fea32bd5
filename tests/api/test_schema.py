import json

from django.core.management import call_command
from django.test import Client


def test_the_schema_is_openapi_3_1_without_a_warning(tmp_path):
    file = tmp_path / "schema.json"

    call_command("spectacular", "--validate", "--fail-on-warn", "--format=openapi-json", file=file)

    schema = json.loads(file.read_text())
    assert schema["openapi"].startswith("3.1")
    assert "/api/v1/products/{key}/ranking/" in schema["paths"]
    for path, method, code in [
        ("/api/v1/requirements/{id}/", "patch", "200"),
        ("/api/v1/requirements/{id}/ratings/", "post", "201"),
    ]:
        answer = schema["paths"][path][method]["responses"][code]
        assert "Userward-Change" in answer["headers"], path


def test_anybody_may_read_schema_and_docs(db):
    client = Client()

    assert client.get("/api/v1/schema/").status_code == 200
    assert b"swagger" in client.get("/api/v1/docs/").content
