"""A Dahua recorder's CGI as far as recordings go."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qs

from vedette.testing.archives.tape import Tape
from vedette.testing.http.exchange import Exchange

__all__ = ["DahuaPages"]

_FORM = "%Y-%m-%d %H:%M:%S"


class DahuaPages:
    """What lives below /cgi-bin; `page` items are told at a time at most."""

    def __init__(self, tape: Tape, page: int = 100) -> None:
        self._tape = tape
        self._page = page
        self._left: dict[str, list[tuple[int, int]]] = {}
        self.made = 0

    @property
    def open(self) -> int:
        """Searches that were begun and not destroyed."""
        return len(self._left)

    def serve(self, exchange: Exchange) -> None:
        """The page a request is for."""
        asked = {name: values[0] for name, values in parse_qs(exchange.query).items()}
        action = asked.get("action", "")
        if exchange.rest == "global.cgi" and action == "getCurrentTime":
            now = self._tape.words(self._tape.now_us())
            _say(exchange, f"result = {now:%Y-%m-%d %H:%M:%S}")
        elif exchange.rest == "mediaFileFind.cgi":
            self._search(exchange, action, asked)
        elif exchange.rest == "loadfile.cgi" and action == "startLoad":
            span = self._span(asked["startTime"], asked["endTime"])
            exchange.send(self._tape.file(span), "application/octet-stream")
        else:
            exchange.refuse(404)

    def _search(self, exchange: Exchange, action: str, asked: dict[str, str]) -> None:
        if action == "factory.create":
            self.made += 1
            self._left[f"{8000 + self.made}"] = []
            _say(exchange, f"result={8000 + self.made}")
            return
        finder = asked.get("object", "")
        if finder not in self._left:
            exchange.refuse(400)
        elif action == "findFile":
            span = self._span(asked["condition.StartTime"], asked["condition.EndTime"])
            self._left[finder] = self._tape.files(span)
            if self._left[finder]:
                _say(exchange, "OK")
            else:
                exchange.refuse(400)
        elif action == "findNextFile":
            count = min(int(asked["count"]), self._page)
            some, self._left[finder] = self._left[finder][:count], self._left[finder][count:]
            _say(exchange, self._items(some))
        else:
            if action == "destroy":
                del self._left[finder]
            _say(exchange, "OK")

    def _items(self, files: list[tuple[int, int]]) -> str:
        lines = [f"found={len(files)}"]
        for number, span in enumerate(files):
            begin, end = (self._tape.words(t_us) for t_us in span)
            lines += [
                f"items[{number}].Channel=1",
                f"items[{number}].StartTime={begin:%Y-%m-%d %H:%M:%S}",
                f"items[{number}].EndTime={end:%Y-%m-%d %H:%M:%S}",
                f"items[{number}].FilePath=/mnt/dvr/{begin:%Y-%m-%d}/{begin:%H.%M.%S}.dav",
                f"items[{number}].Length=123456",
            ]
        return "\r\n".join(lines)

    def _span(self, begin: str, end: str) -> tuple[int, int]:
        start_us, end_us = (
            self._tape.true_us(datetime.strptime(text, _FORM)) for text in (begin, end)
        )
        return start_us, end_us


def _say(exchange: Exchange, text: str) -> None:
    exchange.send(f"{text}\r\n".encode(), "text/plain")
