"""How a type is declared: `@value` for facts and configuration, `@plugin` for plugins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar, dataclass_transform

from pydantic import (
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    SecretStr,
    SerializationInfo,
    ValidationInfo,
)

__all__ = ["MASK", "Seal", "Secret", "plugin", "value"]

T = TypeVar("T")

MASK = "********"
"""What a secret looks like outside; sent back unchanged it means "keep the one you have"."""

Seal = Callable[[str], str]
"""Encrypts a secret for storage, or decrypts one."""

_STRICT = ConfigDict(
    extra="forbid",
    use_attribute_docstrings=True,
    ser_json_bytes="base64",
    val_json_bytes="base64",
)


def _show(secret: SecretStr, about: SerializationInfo) -> str:
    context = about.context
    if isinstance(context, dict) and (seal := context.get("seal")):
        return str(seal(secret.get_secret_value()))
    return MASK if secret.get_secret_value() else ""


def _take(secret: object, about: ValidationInfo) -> object:
    context = about.context
    if isinstance(context, dict) and (unseal := context.get("unseal")) and isinstance(secret, str):
        return str(unseal(secret))
    return secret


Secret = Annotated[SecretStr, BeforeValidator(_take), PlainSerializer(_show, return_type=str)]
"""A password or key: masked wherever it is written, unless the store seals it."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
def value(cls: type[T]) -> type[T]:
    """Make a class a frozen, slotted, keyword-only value that refuses unknown keys."""
    cls.__pydantic_config__ = _STRICT  # type: ignore[attr-defined]  # read by pydantic
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


@dataclass_transform(kw_only_default=True)
def plugin(cls: type[T]) -> type[T]:
    """Make a class a plugin: its fields are its options, its state is made in `__post_init__`."""
    cls.__pydantic_config__ = _STRICT  # type: ignore[attr-defined]  # read by pydantic
    return dataclass(kw_only=True)(cls)
