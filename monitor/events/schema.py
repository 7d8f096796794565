"""What an event must look like, as JSON Schema 2020-12, made from the models that read events.

Place in the pipeline: beside the door. Out: definitions by name. Invariant: what a schema allows is taken, except a
number of a person that is parted into groups, which no schema can tell from other numbers.
"""

from collections.abc import Mapping
from typing import Any

from monitor.events.envelope import Envelope
from monitor.events.forms import form_of
from monitor.events.vocabulary import VOCABULARY, Happening

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MEANS = "What happened at a public service centre, as a CloudEvent 1.0 in JSON."
_EXTENSION = {"type": ["string", "number", "boolean", "null"], "description": "an extension: taken, and not kept"}
_EXTENSION_NAMES = {"pattern": "^[a-z0-9]{1,20}$"}


def event_schema() -> dict[str, Any]:
    """Return the schema of an event in the structured mode; that of a batch is its definition ``Batch``."""
    root = {"$schema": DIALECT, "title": "Event", "description": _MEANS, "$ref": "#/$defs/Event"}
    return root | {"$defs": definitions("#/$defs/{}")}


def definitions(ref: str) -> dict[str, Any]:
    """Return the schemas of an event, of a batch, and of each kind of event and its data, by name.

    Args:
        ref: how a definition is referred to; its name takes the place of ``{}``.
    """
    found: dict[str, Any] = {}
    kinds = {type_: f"{happening.__name__}Event" for type_, happening in VOCABULARY.items()}
    for (type_, name), happening in zip(kinds.items(), VOCABULARY.values(), strict=True):
        found[happening.__name__] = form_of(happening).model_json_schema()
        found[name] = _event(type_, happening, ref.format(happening.__name__))
    mapping = {type_: ref.format(name) for type_, name in kinds.items()}
    found["Event"] = {
        "description": _MEANS,
        "oneOf": [{"$ref": each} for each in mapping.values()],
        "discriminator": {"propertyName": "type", "mapping": mapping},
    }
    found["Batch"] = {"type": "array", "items": {"$ref": ref.format("Event")}}
    return found


def _event(type_: str, happening: type[Happening], told: str) -> Mapping[str, Any]:
    """Return the schema of an event of one type, whose data are described elsewhere."""
    envelope = Envelope.model_json_schema()
    attributes = envelope["properties"] | {"type": {"const": type_}, "data": {"$ref": told}}
    return {
        "type": "object",
        "title": f"{happening.__name__}Event",
        "description": happening.means(),
        "properties": attributes,
        "required": envelope["required"],
        "additionalProperties": _EXTENSION,
        "propertyNames": _EXTENSION_NAMES,
    }
