"""Finds where in a document, and in its model, one of pydantic's errors belongs.

Place in the pipeline: a part of `sim.document`. In: a model, the document's content and pydantic's location. Out: a
`Place`. Invariant: the way to a place leads through the document as the author wrote it; what pydantic adds to a
location for itself, such as the tag of a union's member, is left out.
"""

import difflib
import re
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

Way = tuple[str | int, ...]  # keys and indexes, from a document's root


@dataclass(frozen=True)
class Place:
    """Where an error belongs.

    Attributes:
        way: keys and indexes from the document's root.
        names: the field names that the model has at the parent of the last key, in their order; perhaps none.
        kinds: the parts that may stand there.
    """

    way: Way
    names: tuple[str, ...]
    kinds: tuple[Any, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the fields of the part that must stand there; none where there are several, or other values."""
        return tuple(_fields(self.kinds[0])) if len(self.kinds) == 1 else ()

    @property
    def tag(self) -> str:
        """Return the field that says which kind of part it is; empty where there is only one."""
        return next((name for kind in self.kinds for name, of in _fields(kind).items() if _is_tag(of)), "")

    @property
    def tags(self) -> tuple[str, ...]:
        """Return what that field may say."""
        return tuple(get_args(of)[0] for kind in self.kinds for of in _fields(kind).values() if _is_tag(of))


def field_of(way: Way) -> str:
    """Return a way as text.

    >>> field_of(("plans", "lunch-cover", "lunch", 0, "people"))
    'plans.lunch-cover.lunch[0].people'
    """
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in way).lstrip(".")


def way_to(field: str) -> Way:
    """Return the way that a text stands for.

    >>> way_to("plans.lunch-cover.lunch[0].people")
    ('plans', 'lunch-cover', 'lunch', 0, 'people')
    """
    return tuple(int(index) if index else key for index, key in re.findall(r"\[(\d+)\]|([^.\[\]]+)", field))


def find_place(
    model: type[BaseModel], content: object, location: Sequence[str | int], *, is_missing: bool = False
) -> Place:
    """Return the place of a pydantic location: model and content are walked side by side.

    The last key of a missing field is kept although the document does not have it.
    """
    here: list[Any] = [model]
    names: tuple[str, ...] = ()
    way: list[str | int] = []
    for depth, part in enumerate(location):
        tagged = [member for annotation in here for member in _tagged(annotation, part)]
        if tagged:
            here = tagged
            continue
        inside = _child(content, part)
        if inside is _ABSENT and not (is_missing and depth == len(location) - 1):
            continue  # a label of pydantic's own, such as a union's member or "[key]"
        names = tuple(dict.fromkeys(name for annotation in here for name in _names(annotation)))
        here = [child for annotation in here for child in _children(annotation, part)]
        way.append(str(part) if isinstance(content, Mapping) else part)
        content = inside
    kinds = tuple(member for annotation in here for member in _members(annotation) if _fields(member))
    return Place(tuple(way), names, kinds)


def near_name(name: str, names: Iterable[str]) -> str:
    """Return the name that was probably meant; empty where none is near."""
    return next(iter(difflib.get_close_matches(name, names, n=1, cutoff=0.6)), "")


_ABSENT = object()


def _child(content: object, part: str | int) -> object:
    """Return the document's content under a key or index, or the mark of absence."""
    if isinstance(content, Mapping):
        by_text = {str(key): value for key, value in content.items()}  # pydantic turns a key into text
        return by_text.get(str(part), _ABSENT)
    if isinstance(content, tuple) and isinstance(part, int) and part < len(content):
        return content[part]
    return _ABSENT


def _members(annotation: Any) -> list[Any]:
    """Return the alternatives that an annotation stands for, unwrapped; a plain type stands for itself."""
    if get_origin(annotation) is Annotated:
        return _members(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return [member for option in get_args(annotation) for member in _members(option)]
    return [annotation]


def _fields(annotation: Any) -> dict[str, Any]:
    """Return the annotations of a model's fields by the name that the document uses; none for other types."""
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return {}
    return {field.alias or name: field.annotation for name, field in annotation.model_fields.items()}


def _names(annotation: Any) -> list[str]:
    """Return the field names of the models among an annotation's alternatives."""
    return [name for member in _members(annotation) for name in _fields(member)]


def _is_tag(annotation: Any) -> bool:
    return get_origin(annotation) is Literal and len(get_args(annotation)) == 1


def _tagged(annotation: Any, tag: str | int) -> list[Any]:
    """Return the members of a union that a discriminator calls by this tag; none for an annotation without a choice."""
    members = _members(annotation)
    if len(members) == 1:
        return []
    return [
        member
        for member in members
        if any(get_origin(kind) is Literal and tag in get_args(kind) for kind in _fields(member).values())
    ]


def _children(annotation: Any, part: str | int) -> list[Any]:
    """Return the annotations of what lies under a key or index."""
    found: list[Any] = []
    for member in _members(annotation):
        arguments = get_args(member)
        if _fields(member):
            found += [_fields(member)[str(part)]] if str(part) in _fields(member) else []
        elif arguments and get_origin(member) is not Literal:
            found.append(arguments[-1] if arguments[-1] is not Ellipsis else arguments[0])
    return found
