"""What changed between two states, for the audit log: secrets are masked, changed ones too."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from pydantic import JsonValue, TypeAdapter

from vedette.core.audit import Change
from vedette.core.value import MASK

__all__ = ["changes", "clean"]

_MOST = 200
_LONGEST = 2000
# Stands before secrets while they are compared; no stored text can begin so.
_MARK = "\0secret "


def changes(before: object, after: object) -> tuple[Change, ...]:
    """What is not the same, by path; None stands for something that is not there."""
    return tuple(_within(_differences("", _plain(before), _plain(after))))


def clean(text: str) -> str:
    """Text that any database can hold."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()[:_LONGEST]


def _plain(state: object) -> JsonValue:
    if state is None:
        return None
    adapter: TypeAdapter[object] = TypeAdapter(type(state))
    plain: JsonValue = adapter.dump_python(
        state, mode="json", context={"seal": lambda secret: _MARK + secret}
    )
    return plain


def _differences(path: str, before: JsonValue, after: JsonValue) -> Iterator[Change]:
    if before == after:
        return
    left, right = _parts(before), _parts(after)
    if left is None or right is None:
        yield Change(path=path, before=_text(before), after=_text(after))
        return
    for key in [*left, *(key for key in right if key not in left)]:
        where = f"{path}.{key}" if path else key
        yield from _differences(where, left.get(key), right.get(key))


def _parts(plain: JsonValue) -> Mapping[str, JsonValue] | None:
    """Named parts: of objects by key, of lists of objects by id."""
    if isinstance(plain, dict):
        return plain
    if isinstance(plain, list) and plain and all(isinstance(one, dict) for one in plain):
        named = {str(one["id"]): one for one in plain if isinstance(one, dict) and "id" in one}
        return named if len(named) == len(plain) else None
    return {} if plain == [] else None


def _text(plain: JsonValue) -> str | None:
    if plain is None:
        return None
    text = json.dumps(_masked(plain), ensure_ascii=False, sort_keys=True)
    return clean(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")


def _masked(plain: JsonValue) -> JsonValue:
    if isinstance(plain, str):
        return MASK if plain.startswith(_MARK) else plain
    if isinstance(plain, list):
        return [_masked(one) for one in plain]
    if isinstance(plain, dict):
        return {key: _masked(one) for key, one in plain.items()}
    return plain


def _within(found: Iterator[Change]) -> Iterator[Change]:
    for number, change in enumerate(found):
        if number == _MOST:
            yield Change(path="…", after=json.dumps("there is more"))
            return
        yield change
