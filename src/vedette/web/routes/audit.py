"""The audit log, read and checked; nothing of it can be changed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import Depends, Query
from pydantic import StringConstraints, TypeAdapter
from starlette.responses import StreamingResponse

from vedette.access.rights import Caller
from vedette.core.audit import AuditEntry, AuditQuery, AuditStore, AuditVerdict
from vedette.core.errors import Denied
from vedette.web.callers import needs
from vedette.web.params import AfterUs, BeforeUs
from vedette.web.persons import AuditPage
from vedette.web.routing import feature
from vedette.web.wiring import Wired

__all__ = ["router"]

router = feature("audit")
_ENTRY = TypeAdapter(AuditEntry)
_PAGE = 500
_COLUMNS = (
    "seq", "t_us", "actor", "actor_id", "via", "credential", "address", "action", "object",
    "status", "changes", "request_id", "chain",
)  # fmt: skip
# A spreadsheet takes what begins so for a formula.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_Word = Annotated[str, StringConstraints(max_length=200)]


def _auditor(caller: Annotated[Caller, needs("audit.view")]) -> Caller:
    if caller.cameras is not None:
        raise Denied(f"{caller.user.name} may not see what was done with other cameras")
    return caller


def _query(
    actor: Annotated[_Word, Query(description="Only by this user.")] = "",
    action: Annotated[_Word, Query(description="Only this operation.")] = "",
    text: Annotated[_Word, Query(description="Part of name, address or change.")] = "",
    after_us: AfterUs = None,
    before_us: BeforeUs = None,
) -> AuditQuery:
    return AuditQuery(actor=actor, action=action, text=text, after_us=after_us, before_us=before_us)


Wanted = Annotated[AuditQuery, Depends(_query)]


@router.get("/audit", dependencies=[Depends(_auditor)])
def list_audit(
    wanted: Wanted,
    wiring: Wired,
    before_seq: Annotated[int | None, Query(description="Only older ones.", ge=1)] = None,
    limit: Annotated[int, Query(description="How many at most.", ge=1, le=500)] = 50,
) -> AuditPage:
    """Who did what, newest first, one page at a time."""
    query = replace(wanted, before_seq=before_seq, limit=limit)
    items = wiring.parts.access.audit.find(query)
    return AuditPage(items=items, before_seq=items[-1].seq if len(items) == limit else None)


@router.get("/audit/verify", dependencies=[Depends(_auditor)])
def verify_audit(wiring: Wired) -> AuditVerdict:
    """Whether every entry follows from the one before it."""
    return wiring.parts.access.audit.verify()


@router.get(
    "/audit/export",
    dependencies=[Depends(_auditor)],
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}, "application/json": {}}}},
)
def export_audit(
    wanted: Wanted,
    wiring: Wired,
    kind: Annotated[Literal["csv", "json"], Query(alias="format", description="Form.")] = "csv",
) -> StreamingResponse:
    """All entries that fit as a file, newest first."""
    entries = _all(wiring.parts.access.audit, wanted)
    lines = _csv(entries) if kind == "csv" else _json(entries)
    return StreamingResponse(
        lines,
        media_type="text/csv; charset=utf-8" if kind == "csv" else "application/json",
        headers={"Content-Disposition": f'attachment; filename="audit.{kind}"'},
    )


def _all(store: AuditStore, wanted: AuditQuery) -> Iterator[AuditEntry]:
    query = replace(wanted, limit=_PAGE)
    while True:
        part = store.find(query)
        yield from part
        if len(part) < _PAGE:
            return
        query = replace(query, before_seq=part[-1].seq)


def _csv(entries: Iterator[AuditEntry]) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for entry in entries:
        row = _ENTRY.dump_python(entry, mode="json")
        row["changes"] = json.dumps(row["changes"], ensure_ascii=False)
        writer.writerow([_cell(row[name]) for name in _COLUMNS])
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def _cell(plain: object) -> object:
    if isinstance(plain, str) and plain.startswith(_FORMULAS):
        return f"'{plain}"
    return plain


def _json(entries: Iterator[AuditEntry]) -> Iterator[str]:
    yield "[\n"
    for number, entry in enumerate(entries):
        yield (",\n" if number else "") + _ENTRY.dump_json(entry).decode()
    yield "\n]\n"
