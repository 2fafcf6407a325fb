"""Requests made at random from the API's own description break nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance

from tests.web.house import PASSWORD, House, build
from vedette.web.serve import WebServer
from vedette.web.server import openapi

SCHEMA = (
    schemathesis.openapi.from_dict(openapi())
    # these end the login, wait for a camera, and answer with a text that looks like an object
    .exclude(path="/api/v1/logout")
    .exclude(path="/api/v1/cameras/{camera_id}/snapshot.jpg")
    .exclude(path="/api/v1/site/export")
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[House]:
    """One server for all."""
    built = build(tmp_path_factory.mktemp("fuzz"), template)
    built.add_user("administrator")
    built.put_camera("gate")
    yield built
    built.bus.close()
    built.store.close()


@pytest.fixture(scope="module")
def server(house: House) -> Iterator[WebServer]:
    """Listening."""
    running = WebServer(house.app, "127.0.0.1", 0)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def bearer(server: WebServer) -> dict[str, str]:
    """An administrator's."""
    body = {"name": "ada", "password": PASSWORD}
    answer = httpx.post(f"{server.url}/api/v1/token", json=body)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@SCHEMA.parametrize()
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_asked_the_answer_is_as_described(
    case: schemathesis.Case[Any], server: WebServer, bearer: dict[str, str]
) -> None:
    answer = case.call(base_url=server.url, headers=bearer)
    case.validate_response(answer, checks=[not_a_server_error, response_schema_conformance])
