"""The site as YAML: written with masked secrets, read as plain data and nothing else."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from vedette.core.errors import ConfigError
from vedette.core.plugins import validation_error
from vedette.core.site import Site
from vedette.web.answers import SiteDiff

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # built without libyaml: the same, but slower
    from yaml import SafeLoader  # type: ignore[assignment]  # alike

__all__ = ["LARGEST", "difference", "from_yaml", "to_yaml"]

LARGEST = 4 * 1024 * 1024
"""Bytes of a file that is read; a site of a thousand cameras has about two million."""
_DEEPEST = 40
_SITE: TypeAdapter[Site] = TypeAdapter(Site)


class _Loader(SafeLoader):
    """Plain data only: no tags that make objects, no key twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                line = key.start_mark.line + 1
                raise ConfigError(f"line {line}: {key.value!r} stands there twice")
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def to_yaml(site: Site) -> str:
    """The site as a file; every secret is masked."""
    plain = _SITE.dump_python(site, mode="json")
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=100)


def from_yaml(raw: bytes) -> Site:
    """The site of a file; ConfigError says what is wrong and where."""
    if len(raw) > LARGEST:
        raise ConfigError(f"the file has {len(raw)} bytes, more than {LARGEST}")
    try:
        text = raw.decode("utf-8")
        _check_shape(text)
        plain = yaml.load(text, _Loader)  # noqa: S506  # it is a safe one
    except UnicodeDecodeError:
        raise ConfigError("the file is not text in UTF-8") from None
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"the file is not YAML that is read here: {error}") from None
    if not isinstance(plain, dict):
        raise ConfigError("the file holds no site: expected keys such as name and cameras")
    try:
        return _SITE.validate_python(plain)
    except ValidationError as error:
        raise validation_error(error, path=("site",)) from None


def _check_shape(text: str) -> None:
    """Refuse what would grow or sink without end before anything is made of it."""
    depth = 0
    for event in yaml.parse(text, SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1 if event.start_mark else "?"
            raise ConfigError(f"line {line}: aliases (*) are not read; write it out")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise ConfigError("the file is nested too deeply")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def difference(old: Site, new: Site, revision: int) -> SiteDiff:
    """What changes from the one to the other, by camera."""
    before = {camera.id: camera for camera in old.cameras}
    after = {camera.id: camera for camera in new.cameras}
    changed = [key for key, camera in after.items() if key in before and before[key] != camera]
    if (old.name, old.time_zone) != (new.name, new.time_zone):
        changed.insert(0, "site")
    return SiteDiff(
        added=tuple(key for key in after if key not in before),
        changed=tuple(changed),
        removed=tuple(key for key in before if key not in after),
        revision=revision,
    )
