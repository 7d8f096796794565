"""The form of each kind of event, as a model that says what is wrong and gives its own JSON Schema.

Place in the pipeline: between the vocabulary and who reads or describes events one by one. Invariant: a form is made of
the vocabulary's own fields, so the two cannot differ.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, get_type_hints

from msgspec import NODEFAULT
from msgspec.structs import fields
from pydantic import BaseModel, ConfigDict, create_model
from pydantic.fields import FieldInfo

from monitor.events.vocabulary import Happening


@cache
def form_of(happening: type[Happening]) -> type[BaseModel]:
    """Return the model that checks the data of a kind of event."""
    hints = get_type_hints(happening, include_extras=True)
    told: dict[str, Any] = {}
    for each in fields(happening):
        default = each.default if each.default_factory is NODEFAULT else each.default_factory()
        told[each.name] = (hints[each.name], ... if default is NODEFAULT else default)
    config = ConfigDict(extra="forbid", strict=True)
    return create_model(happening.__name__, __config__=config, __doc__=happening.__doc__, **told)


def fields_of(happening: type[Happening]) -> Mapping[str, FieldInfo]:
    """Return what is known of each field of a kind of event, by its name."""
    return form_of(happening).model_fields
