"""What a scenario file may say, for editors and for readers.

Place in the pipeline: beside the report. In: the model of a scenario. Out: a JSON Schema, and a table of its fields.
Invariant: both are made from the model that reads the files, so that they cannot say anything else.
"""

import json
from collections.abc import Iterator
from typing import Any

from sim.scenario import Scenario

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_HEAD = """# The fields of a scenario

Made by `peakweek scenario fields`. `<name>` stands for a name of your own, `[]` for each entry of a list.

| field | kind | default | means |
|---|---|---|---|
"""


def json_schema() -> str:
    """Return the JSON Schema of a scenario file, as editors read it."""
    return json.dumps({"$schema": _DIALECT} | Scenario.model_json_schema(), ensure_ascii=False, indent=1) + "\n"


def fields_page() -> str:
    """Return the table of all fields as Markdown."""
    schema = Scenario.model_json_schema()
    rows = [
        f"| `{path}` | {kind} | {default} | {meaning} |"
        for path, kind, default, meaning in _fields(schema, schema["$defs"], "")
    ]
    return _HEAD + "\n".join(rows) + "\n"


def _fields(node: dict[str, Any], parts: dict[str, Any], above: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield path, kind, default and meaning of each field below a part of the schema."""
    required = node.get("required", [])
    for name, field in node.get("properties", {}).items():
        path = f"{above}.{name}".lstrip(".")
        default = "" if name in required else f"`{json.dumps(field.get('default'), ensure_ascii=False)}`"
        path, inner = _inside(path, field, parts)
        if "mapping" in inner:
            yield path, "one of: " + ", ".join(f"`{law}`" for law in inner["mapping"]), default, field["description"]
            continue
        kind = _kind(field, inner)
        yield path, kind, default, field.get("description", "")
        yield from _fields(inner, parts, path)


def _inside(path: str, field: dict[str, Any], parts: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the path and the part of the schema that a field leads to, through lists, names and references."""
    names = (field.get("additionalProperties"), *field.get("patternProperties", {}).values())
    below = next((each for each in names if isinstance(each, dict)), None)
    if "anyOf" in field:
        return _inside(path, field["anyOf"][0], parts)
    if field.get("type") == "array" and "items" in field:
        return _inside(f"{path}[]", field["items"], parts)
    if below is not None:
        return _inside(f"{path}.<name>", below, parts)
    if "$ref" in field:
        return path, parts[field["$ref"].rpartition("/")[2]]
    return path, field.get("discriminator", field)


def _kind(field: dict[str, Any], inner: dict[str, Any]) -> str:
    """Return what a value is, with its bounds."""
    if "properties" in inner:
        return "part"
    if "prefixItems" in field:
        return "two times of day"
    if "enum" in inner:
        return "one of: " + ", ".join(f"`{value}`" for value in inner["enum"])
    if "examples" in inner:
        return f"text such as `{inner['examples'][0]}`"
    kinds = {"number": "number", "integer": "whole number", "string": "text"}
    kind = "date" if inner.get("format") == "date" else kinds[inner["type"]]
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    return ", ".join((kind, *(f"{sign} {inner[name]:,g}" for name, sign in signs.items() if name in inner)))
