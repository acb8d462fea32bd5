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


MADE = {"201", "400", "401", "403", "404", "409", "413", "415"}


def test_the_schema_tells_of_every_problem_and_of_what_must_be_sent(client, db):
    schema = json.loads(client.get("/api/v1/schema/?format=json").content)
    personas, persona = (schema["paths"][f"/api/v1/personas/{rest}"] for rest in ("", "{id}/"))

    assert set(personas["post"]["responses"]) == MADE
    assert set(persona["patch"]["responses"]) >= {"200", "403", "404", "409", "412", "428"}
    gone = persona["delete"]["responses"]["404"]["content"]
    assert list(gone) == ["application/problem+json"]
    asked = {each["name"]: each for each in personas["get"]["parameters"]}
    assert asked["product"]["required"]
    assert asked["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 500}
    assert schema["components"]["schemas"]["Product"]["properties"]["name"]["minLength"] == 1
    bulk = schema["paths"]["/api/v1/products/{key}/ratings/"]["post"]["responses"]
    assert set(bulk) == MADE


def test_the_schema_says_that_a_rating_may_have_no_rater(client, db):
    schema = json.loads(client.get("/api/v1/schema/?format=json").content)

    assert "null" in schema["components"]["schemas"]["Rating"]["properties"]["rater"]["type"]
