"""What each route takes and answers, beside the handler that does it.

Place in the pipeline: under the routes of the API. In: a handler and its description. Out: what `openapi` tells of it.
Invariant: a description is written once, where the handler is; what it means is the handler's docstring.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from aiohttp import web

Schema = Mapping[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
HandlerT = TypeVar("HandlerT", bound=Handler)
TEXT: Schema = {"type": "string"}
PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Answer:
    """One answer of a route.

    Attributes:
        means: what it says, in a sentence; without it, what its status is called.
        schemas: of its body, by media type; none: a problem document.
        headers: what each further header says, by name.
    """

    means: str = ""
    schemas: Mapping[str, Schema] = field(default_factory=lambda: {PROBLEM: {"$ref": "#/components/schemas/Problem"}})
    headers: Mapping[str, str] = field(default_factory=dict)


CENTRE: dict[str, Any] = {
    "name": "centre",
    "in": "query",
    "schema": {"type": "string"},
    "description": "id of the centre; may be left out where the token is for one, or only one is served",
}
GROUPS: Schema = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "targets": {"type": "array", "items": {"type": "string"}},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        },
        "required": ["targets", "labels"],
    },
}
"""What Prometheus' HTTP service discovery reads."""
REFUSALS: Mapping[HTTPStatus, Answer] = {
    HTTPStatus.UNAUTHORIZED: Answer(
        "A token or a user's password is needed and was not shown.", headers={"WWW-Authenticate": "what may be shown"}
    ),
    HTTPStatus.FORBIDDEN: Answer("The token is not for that, or for another centre."),
    HTTPStatus.TOO_MANY_REQUESTS: Answer(
        "The sender asks too often.", headers={"Retry-After": "after how many seconds it may ask again"}
    ),
}
"""What any route may answer instead."""


@dataclass(frozen=True)
class Description:
    """What a route takes and answers.

    Attributes:
        answers: by status.
        bodies: schemas of what may be sent, by media type.
        parameters: as OpenAPI writes them.
    """

    answers: Mapping[HTTPStatus, Answer]
    bodies: Mapping[str, Schema] = field(default_factory=dict)
    parameters: tuple[Schema, ...] = ()


DESCRIPTIONS: WeakKeyDictionary[Handler, Description] = WeakKeyDictionary()
"""What is known of each handler."""


def described(
    answers: Mapping[HTTPStatus, Answer],
    *,
    bodies: Mapping[str, Schema] | None = None,
    parameters: tuple[Schema, ...] = (),
) -> Callable[[HandlerT], HandlerT]:
    """Return a decorator that notes what a handler takes and answers."""

    def noted(handler: HandlerT) -> HandlerT:
        DESCRIPTIONS[handler] = Description(answers, bodies or {}, parameters)
        return handler

    return noted
