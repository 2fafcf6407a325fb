"""Rules of a camera."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from vedette.access.rights import Caller, authorise
from vedette.core.site import Camera, RuleSpec
from vedette.web.callers import needs
from vedette.web.edits import CameraEdit, same_id, with_one, without
from vedette.web.params import CameraId, PartId
from vedette.web.routing import API, feature
from vedette.web.wiring import Wired

__all__ = ["router"]

router = feature("rules", f"{API}/cameras/{{camera_id}}")


@router.get("/rules")
def list_rules(
    camera_id: CameraId, caller: Annotated[Caller, needs("cameras.view")], wiring: Wired
) -> tuple[RuleSpec, ...]:
    """All rules of a camera."""
    authorise(caller, "cameras.view", [camera_id])
    return wiring.site.now().camera(camera_id).rules


@router.put("/rules/{rule_id}")
def put_rule(camera_id: CameraId, rule_id: PartId, rule: RuleSpec, edit: CameraEdit) -> RuleSpec:
    """Add or change a rule."""
    same_id(rule_id, rule.id)

    def change(camera: Camera) -> Camera:
        return replace(camera, rules=with_one(camera.rules, rule))

    edit.camera(camera_id, change)
    return rule


@router.delete("/rules/{rule_id}", status_code=204)
def delete_rule(camera_id: CameraId, rule_id: PartId, edit: CameraEdit) -> None:
    """Remove a rule."""

    def change(camera: Camera) -> Camera:
        return replace(camera, rules=without(camera.rules, rule_id, "rule"))

    edit.camera(camera_id, change)
