"""Prints the OpenAPI document; the web app's types are made of it."""

from __future__ import annotations

import json
import sys

from vedette.web.server import openapi

if __name__ == "__main__":
    json.dump(openapi(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
