"""What is said on sockets besides the messages of the bus and the pictures themselves."""

from __future__ import annotations

from typing import Literal, get_args

from vedette.core.value import value

__all__ = ["TOPICS", "Hello", "LiveFormat", "SocketDrop", "Subscribe", "Subscribed", "Topic"]

Topic = Literal["observations", "alarms", "events", "status", "site"]
TOPICS: tuple[Topic, ...] = get_args(Topic)


@value
class Hello:
    """The first message of a socket."""

    kind: Literal["hello"] = "hello"
    user: str
    time_us: int
    """The server's clock."""


@value
class Subscribe:
    """What a client wants to hear; replaces what it asked for before."""

    subscribe: tuple[Topic, ...]
    """The topics."""
    cameras: tuple[str, ...] | None = None
    """Only these cameras; null for all."""


@value
class Subscribed:
    """From here on the client hears what it asked for; what came before is to be fetched."""

    kind: Literal["subscribed"] = "subscribed"
    subscribe: tuple[Topic, ...]
    cameras: tuple[str, ...] | None


@value
class SocketDrop:
    """Observations were left out because the client reads too slowly."""

    kind: Literal["drop"] = "drop"
    dropped: int
    """How many so far on this socket."""


@value
class LiveFormat:
    """What follows on a live socket; sent again whenever it changes."""

    kind: Literal["format"] = "format"
    mime: str
    """For MediaSource; image/jpeg means single pictures, each after 8 bytes of its time."""
    codec: str
    width: int
    height: int
    base_t_us: int
    """Wall clock at media time 0: media time is (t_us - base_t_us) / 1e6 seconds."""
