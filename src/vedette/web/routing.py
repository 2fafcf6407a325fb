"""How routes of a feature are collected: one prefix, one limit, one form of failure."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.routing import APIRoute

from vedette.web.answers import Failure
from vedette.web.audited import Audited

__all__ = ["API", "LARGEST_BODY", "feature"]

API = "/api/v1"
LARGEST_BODY = 1024 * 1024
"""Bytes of a request, where a route does not say more."""


def feature(tag: str, prefix: str = API) -> APIRouter:
    """An empty collection; bodies are limited where a route does not say more."""
    return APIRouter(
        prefix=prefix,
        tags=[tag],
        responses={422: {"model": Failure}},
        generate_unique_id_function=_operation_id,
        max_body_size=LARGEST_BODY,
        route_class=Audited,
    )


def _operation_id(route: APIRoute) -> str:
    return route.name
