"""An event: a CloudEvent whose data are of the vocabulary.

Place in the pipeline: between the door and the log. In: checked values. Out: frozen values, and their one written form.
Invariant: events that say the same are written alike, whatever the sender's spelling was.
"""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct
from msgspec.json import Encoder
from pydantic import BaseModel, ConfigDict

from monitor.events.fields import Identifier, Instant, Source
from monitor.events.vocabulary import Happening


class Envelope(BaseModel):
    """A CloudEvent before its ``data`` is looked at."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    specversion: Literal["1.0"]
    id: Identifier
    source: Source
    type: str
    time: Instant
    datacontenttype: Literal["application/json"] = "application/json"
    data: dict[str, Any]


class _Written(Struct, frozen=True):
    """An event as it is written, in this order."""

    specversion: str
    id: str
    source: str
    type: str
    time: datetime
    data: Happening


_encode = Encoder().encode


class Event(Struct, frozen=True):
    """One thing that happened.

    Attributes:
        id: the sender's name for the event; unique within its source.
        source: the sender.
        time: when it happened, in UTC.
        happening: what happened.
    """

    id: str
    source: str
    time: datetime
    happening: Happening

    @property
    def type(self) -> str:
        """Return the CloudEvents type."""
        return f"org.peakweek.{self.happening.kind}.v1"

    def to_json(self) -> str:
        """Return the event as a CloudEvent; equal events give equal text, whatever the sender's spelling was."""
        return _encode(_Written("1.0", self.id, self.source, self.type, self.time, self.happening)).decode()


class Stored(Struct, frozen=True):
    """An event in the log.

    Attributes:
        seq: its number; later events have greater ones, there may be gaps.
        received: when it was appended, by the service's clock, in UTC.
        event: the event.
        centre: id of the centre that it belongs to.
    """

    seq: int
    received: datetime
    event: Event
    centre: str = "centre"
