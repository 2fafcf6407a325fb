"""The error tree.

VedetteError                 anything we can explain to a person
├─ ConfigError               a setting, camera, rule or option is wrong; names the key
│  └─ PluginError            a plugin is unknown, broken or misconfigured
├─ SourceError               a camera or file cannot be read
│  ├─ AddressRefused         the address is not one we may open
│  ├─ Unreachable            nobody answers there
│  ├─ LoginFailed            the camera refuses user or password
│  ├─ StreamMissing          the camera answers, but has no such stream
│  ├─ StreamSilent           connected, but no picture arrives
│  └─ StreamUnsupported      a codec or container we cannot read
├─ ModelError                a model file is missing, unsafe or does not run
├─ StoreError                the database cannot do it
│  ├─ NotFound               there is no such object
│  │  └─ Gone                it was there and no longer is
│  └─ Conflict               somebody else changed it, or it is in use
├─ Denied                    the caller may not
│  ├─ NotLoggedIn            the caller is unknown
│  │  └─ SecondFactorNeeded  the password is right, the one-time code is missing
│  ├─ NotApproved            nobody has approved the registration yet
│  └─ Throttled              too many failed attempts; wait
└─ Unavailable               a part that is needed does not answer just now
   └─ TooEarly               it will be there in a moment
"""

from __future__ import annotations

__all__ = [
    "AddressRefused",
    "ConfigError",
    "Conflict",
    "Denied",
    "Gone",
    "LoginFailed",
    "ModelError",
    "NotApproved",
    "NotFound",
    "NotLoggedIn",
    "PluginError",
    "SecondFactorNeeded",
    "SourceError",
    "StoreError",
    "StreamMissing",
    "StreamSilent",
    "StreamUnsupported",
    "Throttled",
    "TooEarly",
    "Unavailable",
    "Unreachable",
    "VedetteError",
]


class VedetteError(Exception):
    """Anything we can explain to a person: `str()` is a sentence, `code` its translation key."""

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ConfigError(VedetteError):
    """A setting, camera, rule or option is wrong; `path` leads to the key."""

    code = "config"

    def __init__(self, message: str, *, path: tuple[str | int, ...] = ()) -> None:
        where = ".".join(str(part) for part in path)
        super().__init__(f"{where}: {message}" if where else message)
        self.path = path


class PluginError(ConfigError):
    """A plugin is unknown, broken or misconfigured."""

    code = "plugin"


class SourceError(VedetteError):
    """A camera or file cannot be read."""

    code = "source"


class AddressRefused(SourceError):
    """The address is not one we may open."""

    code = "address_refused"


class Unreachable(SourceError):
    """Nobody answers there."""

    code = "unreachable"


class LoginFailed(SourceError):
    """The camera refuses user or password."""

    code = "login_failed"


class StreamMissing(SourceError):
    """The camera answers, but has no such stream."""

    code = "stream_missing"


class StreamSilent(SourceError):
    """Connected, but no picture arrives."""

    code = "stream_silent"


class StreamUnsupported(SourceError):
    """A codec or container we cannot read."""

    code = "stream_unsupported"


class ModelError(VedetteError):
    """A model file is missing, unsafe or does not run."""

    code = "model"


class StoreError(VedetteError):
    """The database cannot do it."""

    code = "store"


class NotFound(StoreError):
    """There is no such object."""

    code = "not_found"


class Gone(NotFound):
    """It was there and no longer is."""

    code = "gone"


class Conflict(StoreError):
    """Somebody else changed it, or it is in use."""

    code = "conflict"


class Denied(VedetteError):
    """The caller may not."""

    code = "denied"


class NotLoggedIn(Denied):
    """The caller is unknown."""

    code = "not_logged_in"


class SecondFactorNeeded(NotLoggedIn):
    """The password is right, the one-time code is missing."""

    code = "second_factor_needed"


class NotApproved(Denied):
    """Nobody has approved the registration yet."""

    code = "not_approved"


class Throttled(Denied):
    """Too many failed attempts; worth another try after `retry_after_s`."""

    code = "throttled"

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Unavailable(VedetteError):
    """A part that is needed does not answer just now."""

    code = "unavailable"


class TooEarly(Unavailable):
    """It will be there in a moment: worth another try after `retry_after_s`."""

    code = "too_early"

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
