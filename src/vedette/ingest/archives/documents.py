"""XML of devices: small, without declarations of their own, read by names alone."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, fromstring

from vedette.core.errors import SourceError

__all__ = ["find", "find_all", "read_document", "text_of"]


def read_document(text: str, *, device: str) -> Element:
    """The root of a document; SourceError when it is none, or one that declares entities."""
    if "<!" in text.replace("<!--", "").replace("<![CDATA[", ""):
        raise SourceError(f"{device} answers with a document that we do not read")
    try:
        # Without a document type there are no entities to grow.
        return fromstring(text.strip())  # noqa: S314
    except ParseError:
        raise SourceError(f"{device} answers with something else than XML") from None


def find_all(element: Element, name: str) -> Iterator[Element]:
    """Elements of that name below, whatever their namespace."""
    return (one for one in element.iter() if one.tag.rpartition("}")[2] == name)


def find(element: Element, name: str) -> Element | None:
    """The first element of that name below."""
    return next(find_all(element, name), None)


def text_of(element: Element, name: str) -> str:
    """The words of the first element of that name below; empty when there is none."""
    found = find(element, name)
    return "" if found is None else (found.text or "").strip()
