"""How we log: structlog to standard error, text or JSON; passwords in addresses are masked."""

from __future__ import annotations

import logging
import re
import sys
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, WrappedLogger

__all__ = ["configure_logs"]

_PASSWORD = re.compile(r"(?<=://)([^\s/:@]*):[^\s@]*@")
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def _mask(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    for key, text in event.items():
        if isinstance(text, str):
            event[key] = _PASSWORD.sub(r"\1:********@", text)
    return event


class _Stderr:
    """Whatever standard error is at the moment: it may be replaced, and a log must never fail."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def configure_logs(level: str, form: str, process: str) -> None:
    """Set logging up for this process; call it once, first."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
    )

    def name_process(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["process"] = process
        return event

    structlog.configure(
        processors=[
            name_process,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _mask,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Stderr())),
    )
    logging.basicConfig(level=max(_LEVELS[level], logging.WARNING), stream=sys.stderr)
