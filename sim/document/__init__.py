"""Reads a YAML document at one of the doors into a frozen model, or says on one line why it cannot.

Place in the pipeline: just above the errors; scenarios and configurations come in through here. In: a file (or its
text) and a pydantic model. Out: an instance of the model. Invariant: whatever is wrong with the document, the only
exception is the caller's `InputError` subclass, with the line and the field where the reader must look.

What a model receives: YAML 1.2 values (``2025-07-01`` is a `datetime.date`, ``07:30`` is text, ``yes`` is text) and a
*tuple* for every sequence, so that a strict, frozen model can declare ``tuple[X, ...]``. A validator that refuses a
value raises ``ValueError`` whose text completes "expected …", such as ``ValueError("a time such as 07:30")``; one that
compares several parts raises `MisfitError` with the place of the part that does not fit.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from sim.document.misfit import MisfitError, counted, did_you_mean, first_misfit, misfits, shown
from sim.document.place import Way, field_of, near_name, way_to
from sim.document.source import Source, locate, parse_source, read_source
from sim.errors import InputError

__all__ = [
    "MisfitError",
    "Source",
    "Way",
    "did_you_mean",
    "field_of",
    "first_misfit",
    "fitted",
    "laid_over",
    "locate",
    "near_name",
    "parse_document",
    "read_document",
    "read_source",
    "shown",
    "way_to",
]

ModelT = TypeVar("ModelT", bound=BaseModel)


def read_document(path: str | os.PathLike[str], model: type[ModelT], error: type[InputError]) -> ModelT:
    """Return the file's content as an instance of the model.

    Raises:
        InputError: as the given subclass, when the file cannot be read or does not fit the model.
    """
    source = read_source(path, error)
    return fitted(source.content, model, error, [source])


def parse_document(text: str, path: str, model: type[ModelT], error: type[InputError]) -> ModelT:
    """Return the YAML text as an instance of the model; `path` is what an error calls the document.

    Raises:
        InputError: as the given subclass, when the text is not YAML or does not fit the model.
    """
    source = parse_source(text, path, error)
    return fitted(source.content, model, error, [source])


def fitted(content: object, model: type[ModelT], error: type[InputError], sources: Sequence[Source]) -> ModelT:
    """Return the content as an instance of the model.

    Args:
        content: values.
        model: what they should be.
        error: what is raised when they are not.
        sources: the files that say so, the uppermost first; errors name them.

    Raises:
        InputError: as the given subclass, when the content does not fit the model.
    """
    try:
        return model.model_validate(content)
    except ValidationError as problem:
        found = misfits(problem, content, model, lambda way: locate(sources, way)[1])
        told: list[InputError] = []
        for misfit in found:
            name, line = locate(sources, misfit.at)
            told.append(error(name, field_of(misfit.at), misfit.got, misfit.expected, misfit.hint, line))
        first = told[0]
        first.others = tuple(told[1:])
        first.hint = counted(first.hint, len(told))
        raise first from None


def laid_over(
    beneath: Mapping[str, object], content: Mapping[str, object], *, either: Iterable[frozenset[str]] = ()
) -> dict[str, object]:
    """Return what holds when one mapping is laid over another: mappings part by part, all else as a whole.

    Args:
        beneath: what holds where the other is silent.
        content: what is laid over it.
        either: names of which a mapping has one at most: who says one of them takes back the others.

    >>> laid_over({"a": {"x": 1, "y": 2}, "b": (1, 2)}, {"a": {"y": 3}, "b": ()})
    {'a': {'x': 1, 'y': 3}, 'b': ()}
    >>> laid_over({"a": {"days": 1}}, {"a": {"hours": 4}}, either=[frozenset({"days", "hours"})])
    {'a': {'hours': 4}}
    """
    taken_back = {name for names in either if names & content.keys() for name in names - content.keys()}
    found = {key: part for key, part in beneath.items() if key not in taken_back}
    for key, part in content.items():
        under = found.get(key)
        is_mixed = isinstance(part, Mapping) and isinstance(under, Mapping)
        # A law is one thing: the parameters of another kind of law have no place in it.
        is_law = isinstance(part, Mapping) and "law" in part
        found[key] = laid_over(under, part, either=either) if is_mixed and not is_law else part  # type: ignore[arg-type]
    return found
