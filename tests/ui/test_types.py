"""The web app's types are made of the API as it is."""

from __future__ import annotations

import json
from pathlib import Path

from tools.reference import openapi

DOCUMENT = Path(__file__).resolve().parents[2] / "ui" / "openapi.json"


def test_the_committed_document_is_that_of_the_api() -> None:
    now = json.dumps(openapi(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    assert DOCUMENT.read_text(encoding="utf-8") == now, (
        "run `python tools/reference.py openapi > ui/openapi.json`"
        " and `npm run types` in ui/, then mend what no longer fits"
    )
