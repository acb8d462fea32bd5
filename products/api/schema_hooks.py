"""The last touches to the schema: choices as OpenAPI 3.1 says them, under one name everywhere."""

from collections.abc import Iterator
from typing import Any

BLANK, NULL = ({"$ref": f"#/components/schemas/{name}Enum"} for name in ("Blank", "Null"))


def tidy_choices(result: dict, generator: Any, request: Any, public: bool) -> dict:
    """An empty choice is one of its set's, null is a type, and parameters use the set's name.

    drf-spectacular has `BlankEnum` and `NullEnum` for the first two, which make classes of their
    own in clients, and a parameter's set stands in it, as a class of each operation.
    """
    schemas = result["components"]["schemas"]
    for part in _dicts(result):
        if BLANK in part.get("oneOf", ()):
            _blank_is_a_choice(part, schemas)
        if NULL in part.get("oneOf", ()):
            part["anyOf"] = [{"type": "null"} if one == NULL else one for one in part.pop("oneOf")]
    for name in ("BlankEnum", "NullEnum"):
        schemas.pop(name, None)
    names = {tuple(schema["enum"]): name for name, schema in schemas.items() if "enum" in schema}
    for operation in _operations(result):
        for parameter in operation.get("parameters", ()):
            choices = tuple(parameter["schema"].get("enum", ()))
            if choices in names:
                said = {"default": parameter["schema"].get("default")}
                named = {"$ref": f"#/components/schemas/{names[choices]}"}
                parameter["schema"] = named | {k: v for k, v in said.items() if v is not None}
    return result


def _blank_is_a_choice(part: dict, schemas: dict) -> None:
    (choices,) = (one for one in part.pop("oneOf") if one not in (BLANK, NULL))
    part["$ref"] = choices["$ref"]
    schema = schemas[choices["$ref"].rpartition("/")[2]]
    if "" not in schema["enum"]:
        schema["enum"] = ["", *schema["enum"]]


def _operations(result: dict) -> Iterator[dict]:
    for methods in result["paths"].values():
        yield from methods.values()


def _dicts(part: Any) -> Iterator[dict]:
    if isinstance(part, dict):
        yield part
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _dicts(inner)
