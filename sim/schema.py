"""What a scenario file may say, for editors and for readers.

Place in the pipeline: beside the report. In: the model of a scenario. Out: a JSON Schema, and a table of its fields.
Invariant: both are made from the model that reads the files, so that they cannot say anything else.
"""

import json
from collections.abc import Iterator
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from sim.scenario import Scenario

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PARTS = "#/$defs/"
_HEAD = """# The fields of a scenario

Made by `peakweek scenario fields`. `<name>` stands for a name of your own, or for an hour, a weekday or a number where
the field says so; `[]` for each entry of a list. A part whose default is `{}` may be left out: each of its fields then
has the default of its own.

The limits and rates of `labour_rules` are those that law firms and databases of law give for the Labour Code
45/2019/QH14 (articles 98 and 107: lawnet.vn, sblaw.vn; 105: lawnet.vn, plf.vn; 106: lawnet.vn) and for Decree
145/2020/NĐ-CP (articles 55 to 57: lawnet.vn, mondaq.com, and chiaseluatlaodong.com for the rates at night; 60:
dedica-law.com, phamconsult.com). They agree with each other; the laws themselves were not read. One of them (dedica-
law.com) adds that up to 60 hours a month may be agreed on: where that holds, say so in `overtime_month_h`.

| field | kind | default | means |
|---|---|---|---|
"""
_LAWS = """
## Laws

A law is a part such as `{law: lognormal, mean: 6, cv: 0.6}`.

| law | field | kind | default | means |
|---|---|---|---|---|
"""


class _Names(GenerateJsonSchema):
    """Pydantic's generator, which also says what the names of a mapping may be."""

    def dict_schema(self, schema: core_schema.DictSchema) -> dict[str, Any]:
        """Return the schema of a mapping: no name that does not fit, and whole numbers within their bounds."""
        found = super().dict_schema(schema)
        if "patternProperties" in found:
            found["additionalProperties"] = False
        keys: Any = schema.get("keys_schema", {})
        if keys.get("type") == "int":  # JSON has no other names than texts
            found["propertyNames"] = {"enum": [str(number) for number in range(keys["ge"], keys["le"] + 1)]}
        return found


def json_schema() -> str:
    """Return the JSON Schema of a scenario file, as editors read it.

    Of a file that extends another, and of what a plan says of its own world, no field is asked for that the file
    beneath may have; but entries of lists and plans are whole, for they are not laid over one another.
    """
    whole = Scenario.model_json_schema(schema_generator=_Names)
    parts = whole.pop("$defs") | {"Scenario": whole}
    some: dict[str, Any] = {}
    _add_some("Scenario", parts, some)
    parts["PlanChoice"]["properties"]["world"] |= {"$ref": f"{_PARTS}SomeScenario"}
    either = {"if": {"required": ["extends"]}, "then": {"$ref": f"{_PARTS}SomeScenario"}}
    schema = {"$schema": _DIALECT, **either, "else": {"$ref": f"{_PARTS}Scenario"}, "$defs": parts | some}
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def _add_some(name: str, parts: dict[str, Any], some: dict[str, Any]) -> None:
    """Add a part of which any field may be missing, and the parts that it has, to `some`."""
    if f"Some{name}" not in some:
        some[f"Some{name}"] = {}
        part = {key: value for key, value in parts[name].items() if key not in {"required", "oneOf"}}
        some[f"Some{name}"] = _with_some(part, parts, some)


def _with_some(node: Any, parts: dict[str, Any], some: dict[str, Any]) -> Any:
    """Return a node of the schema that leads to parts of which any field may be missing."""
    if not isinstance(node, dict):
        return node
    found: dict[str, Any] = {}
    for key, value in node.items():
        if key == "$ref" and value != f"{_PARTS}PlanChoice":
            name = value.removeprefix(_PARTS)
            _add_some(name, parts, some)
            found[key] = f"{_PARTS}Some{name}"
        elif key in {"oneOf", "anyOf"}:  # a law of which only the mean is said may be any
            found["anyOf"] = [_with_some(each, parts, some) for each in value]
        elif key not in {"items", "discriminator", "default"}:
            found[key] = _with_some(value, parts, some)
        else:
            found[key] = value
    return found


def fields_page() -> str:
    """Return the table of all fields, and that of the laws, as Markdown."""
    schema = Scenario.model_json_schema()
    rows = [_row(f"`{path}`", *cells) for path, *cells in _fields(schema, schema["$defs"], "")]
    return _HEAD + "".join(rows) + _LAWS + "".join(_law_rows(schema))


def _law_rows(schema: dict[str, Any]) -> Iterator[str]:
    """Yield a row for each law, which says when to take it, and for each of its fields."""
    laws = schema["$defs"]["Procedure"]["properties"]["intake_min"]["discriminator"]["mapping"]
    for name, where in laws.items():
        part = schema["$defs"][where.rpartition("/")[2]]
        own = dict(part["properties"])
        yield _row(f"`{name}`", "", "", "", own.pop("law")["description"])
        yield from (_row("", f"`{path}`", *cells) for path, *cells in _fields(part | {"properties": own}, {}, ""))


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |\n"


def _fields(node: dict[str, Any], parts: dict[str, Any], above: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield path, kind, default and meaning of each field below a part of the schema."""
    required = node.get("required", [])
    for name, field in node["properties"].items():
        path, inner = _inside(f"{above}.{name}".lstrip("."), field, parts)
        default = "" if name in required else f"`{_default(field, inner)}`"
        yield path, _kind(inner), default, field["description"]
        if "properties" in inner:
            yield from _fields(inner, parts, path)


def _inside(path: str, field: dict[str, Any], parts: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the path and the part of the schema that a field leads to, through lists, names and references."""
    names = (field.get("additionalProperties"), *field.get("patternProperties", {}).values())
    below = next((each for each in names if isinstance(each, dict)), None)
    if "anyOf" in field:  # the other is null
        return _inside(path, field["anyOf"][0], parts)
    if "items" in field:
        return _inside(f"{path}[]", field["items"], parts)
    if below is not None:
        return _inside(f"{path}.<name>", below, parts)
    if "$ref" in field:
        return path, parts[field["$ref"].rpartition("/")[2]]
    return path, field


def _default(field: dict[str, Any], inner: dict[str, Any]) -> str:
    """Return the default as one would write it."""
    is_part = "properties" in inner and isinstance(field.get("default"), dict)
    is_made = "default" not in field  # by a factory: an empty mapping
    return json.dumps({} if is_part or is_made else field["default"], ensure_ascii=False)


def _kind(inner: dict[str, Any]) -> str:
    """Return what a value is, with its bounds."""
    if inner.get("type") == "object":
        return "part"
    if "discriminator" in inner:
        return "law"
    if "prefixItems" in inner:
        return "two times of day"
    if "enum" in inner:
        return "one of: " + ", ".join(f"`{value}`" for value in inner["enum"])
    if "examples" in inner:
        return f"text such as `{inner['examples'][0]}`"
    kinds = {"number": "number", "integer": "whole number", "string": "text", "boolean": "true or false"}
    kind = "date" if inner.get("format") == "date" else kinds[inner["type"]]
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    return ", ".join((kind, *(f"{sign} {inner[name]:,}" for name, sign in signs.items() if name in inner)))
