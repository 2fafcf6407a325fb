"""Users, roles, invitations and registrations over HTTP: nobody gives what he does not have."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.web.house import PASSWORD, House, build
from vedette.core.people import CustomRole

NEW = {"name": "nora", "limits": {"role": "viewer"}, "password": PASSWORD}


def enter(client: TestClient, name: str, password: str = PASSWORD) -> int:
    """Log in and say how that went."""
    return client.post("/api/v1/login", json={"name": name, "password": password}).status_code


def make(ada: TestClient, **about: object) -> str:
    """A user's id."""
    answer = ada.post("/api/v1/users", json={**NEW, **about})
    assert answer.status_code == 201, answer.text
    made: str = answer.json()["user"]["id"]
    return made


def edit(user: dict[str, Any], **about: object) -> dict[str, object]:
    """The body that changes a user."""
    limits = {key: user[key] for key in ("role", "all_cameras", "cameras", "groups")}
    return {"name": user["name"], "enabled": user["enabled"], "limits": limits, **about}


def test_a_user_is_made_changed_and_forgotten(house: House) -> None:
    with house.browser() as ada, house.visitor() as nora:
        user = make(ada)
        assert enter(nora, "nora") == 200
        got = ada.get(f"/api/v1/users/{user}").json()
        assert got["sessions"] == 1
        changed = edit(got["user"], enabled=False, full_name="Nora N.")
        assert ada.put(f"/api/v1/users/{user}", json=changed).json()["user"]["full_name"]
        # shut out at once, wherever logged in
        assert nora.get("/api/v1/session").status_code == 401
        assert enter(nora, "nora") == 401
        assert ada.delete(f"/api/v1/users/{user}").status_code == 204
        assert [one["user"]["name"] for one in ada.get("/api/v1/users").json()] == ["ada"]


def test_passwords_and_hashes_are_in_no_answer(house: House) -> None:
    with house.browser() as ada:
        make(ada)
        told = ada.get("/api/v1/users").text + ada.get("/api/v1/audit").text
    assert PASSWORD not in told
    assert "argon2" not in told


def test_the_last_administrator_stays(house: House) -> None:
    with house.browser() as ada:
        mine = ada.get("/api/v1/users").json()[0]["user"]
        demoted = edit(mine, limits={"role": "viewer"})
        assert ada.put(f"/api/v1/users/{mine['id']}", json=demoted).status_code == 409
        assert ada.put(f"/api/v1/users/{mine['id']}", json=edit(mine, enabled=False)).status_code
        assert ada.delete(f"/api/v1/users/{mine['id']}").status_code == 409
        assert ada.get("/api/v1/session").status_code == 200


LIFTS: list[tuple[str, str, object]] = [
    # a new administrator
    ("POST", "/users", {**NEW, "limits": {"role": "administrator"}}),
    ("POST", "/invitations", {"limits": {"role": "administrator"}}),
    # a role with a right the caller lacks
    ("POST", "/roles", {"name": "All", "rights": ["cameras.edit"]}),
    # the administrator itself
    ("POST", "/users/u-ada/reset", None),
    ("DELETE", "/users/u-ada", None),
    ("DELETE", "/users/u-ada/second-factor", None),
    ("DELETE", "/users/u-ada/sessions", None),
    ("PUT", "/users/u-ada", {"name": "ada", "enabled": False, "limits": {"role": "viewer"}}),
    ("POST", "/users/u-ada/unlock", None),
    # himself
    (
        "PUT",
        "/users/u-vera",
        {"name": "vera", "enabled": True, "limits": {"role": "administrator"}},
    ),
]


@pytest.mark.parametrize(("method", "address", "body"), LIFTS)
def test_who_may_edit_users_cannot_lift_himself(
    house: House, method: str, address: str, body: object
) -> None:
    house.add_user("administrator")
    rights = ("site.view", "users.view", "users.edit")
    house.store.access.roles.create(CustomRole(id="clerk", name="Clerk", rights=rights))
    vera = house.add_user("viewer")
    house.give_role(vera, "clerk")
    with house.browser("viewer") as client:
        assert client.request(method, f"/api/v1{address}", json=body).status_code == 403
        assert make(client, limits={"role": "clerk"})


FOREIGN: list[tuple[str, str, object]] = [
    ("GET", "/users/u-vera", None),
    ("GET", "/users/u-vera/sessions", None),
    ("GET", "/users/u-vera/keys", None),
    ("PUT", "/users/u-vera", {"name": "vera", "enabled": False, "limits": {"role": "viewer"}}),
    ("POST", "/users/u-vera/reset", None),
    ("DELETE", "/users/u-vera", None),
    # rights on all cameras, on a foreign one, on a group of which more may come
    ("POST", "/users", NEW),
    ("POST", "/users", {**NEW, "limits": {"role": "viewer", "all_cameras": False,
                                          "cameras": ["yard"]}}),
    ("POST", "/users", {**NEW, "limits": {"role": "viewer", "all_cameras": False,
                                          "groups": ["Yard"]}}),
    ("POST", "/invitations", {"limits": {"role": "viewer"}}),
    ("GET", "/audit", None),
    ("GET", "/audit/export", None),
    ("GET", "/audit/verify", None),
]  # fmt: skip


@pytest.mark.parametrize(("method", "address", "body"), FOREIGN)
def test_who_has_one_camera_reaches_nobody_of_others(
    house: House, method: str, address: str, body: object
) -> None:
    house.put_camera("gate", "yard")
    house.add_user("viewer", cameras=("yard",))
    house.add_user("administrator", cameras=("gate",))
    with house.browser() as guest:
        assert guest.request(method, f"/api/v1{address}", json=body).status_code == 403
        assert [one["user"]["name"] for one in guest.get("/api/v1/users").json()] == ["ada"]
        make(guest, limits={"role": "viewer", "all_cameras": False, "cameras": ["gate"]})


def test_a_group_of_cameras_follows_the_cameras(house: House) -> None:
    site = house.put_camera("gate", "yard")
    with house.browser() as ada, house.visitor() as nora:
        make(ada, limits={"role": "viewer", "all_cameras": False, "groups": ["North"]})
        enter(nora, "nora")
        assert nora.get("/api/v1/cameras").json() == []
        for camera in site.cameras:
            body = ada.get(f"/api/v1/cameras/{camera.id}").json()
            group = "North" if camera.id == "yard" else ""
            ada.put(f"/api/v1/cameras/{camera.id}", json={**body, "group": group})
        assert [one["id"] for one in nora.get("/api/v1/cameras").json()] == ["yard"]
        assert nora.get("/api/v1/cameras/gate").status_code == 403


def test_a_role_changes_for_everybody_who_has_it(house: House) -> None:
    with house.browser() as ada, house.visitor() as nora:
        body = {"name": "Night shift", "rights": ["site.view", "cameras.view"]}
        role = ada.post("/api/v1/roles", json=body).json()
        make(ada, limits={"role": role["id"]})
        enter(nora, "nora")
        assert nora.get("/api/v1/session").json()["role_name"] == "Night shift"
        assert nora.get("/api/v1/cameras").status_code == 200
        ada.put(f"/api/v1/roles/{role['id']}", json={**body, "rights": ["site.view"]})
        assert nora.get("/api/v1/cameras").status_code == 403
        assert ada.delete(f"/api/v1/roles/{role['id']}").status_code == 409
        assert ada.put("/api/v1/roles/viewer", json=body).status_code == 404


def test_a_reset_link_works_once_and_ends_logins(house: House) -> None:
    with house.browser() as ada, house.visitor() as nora, house.visitor() as other:
        user = make(ada)
        enter(nora, "nora")
        token = ada.post(f"/api/v1/users/{user}/reset").json()["token"]
        looked = other.post("/api/v1/invitations/look", json={"token": token}).json()
        assert looked["user"] == "nora"
        asked = {"token": token, "password": "a wholly new one"}
        assert other.post("/api/v1/invitations/accept", json=asked).status_code == 204
        assert other.post("/api/v1/invitations/accept", json=asked).status_code == 403
        assert nora.get("/api/v1/session").status_code == 401
        assert enter(nora, "nora") == 401
        assert enter(nora, "nora", "a wholly new one") == 200


def test_an_invitation_makes_a_user_until_it_expires(house: House) -> None:
    with house.browser() as ada, house.visitor() as nora:
        links = [
            ada.post("/api/v1/invitations", json={"limits": {"role": "operator"}, "hours": 1})
            for _ in range(3)
        ]
        first, second, third = (one.json() for one in links)
        asked = {"token": first["token"], "name": "nora", "password": PASSWORD}
        assert nora.post("/api/v1/invitations/accept", json=asked).status_code == 204
        assert enter(nora, "nora") == 200
        assert nora.get("/api/v1/session").json()["role"] == "operator"
        # a name that is taken does not use the link up
        asked = {"token": second["token"], "name": "nora", "password": PASSWORD}
        assert nora.post("/api/v1/invitations/accept", json=asked).status_code == 409
        taken = ada.delete(f"/api/v1/invitations/{third['invitation']['id']}")
        assert taken.status_code == 204
        asked = {"token": third["token"], "name": "nick", "password": PASSWORD}
        assert nora.post("/api/v1/invitations/accept", json=asked).status_code == 403
        house.clock.sleep(3601)
        asked = {"token": second["token"], "name": "nick", "password": PASSWORD}
        assert nora.post("/api/v1/invitations/accept", json=asked).status_code == 403
        assert first["token"] not in ada.get("/api/v1/invitations").text


def test_registrations_wait_for_an_answer(
    tmp_path_factory: pytest.TempPathFactory, template: Any
) -> None:
    house = build(tmp_path_factory.mktemp("open"), template, registration=True)
    body = {"name": "nora", "password": PASSWORD, "note": "the new guard"}
    with house.browser() as ada, house.visitor() as nora:
        assert nora.post("/api/v1/register", json=body).status_code == 202
        # the same answer for a name that is taken
        assert nora.post("/api/v1/register", json={**body, "name": "ada"}).status_code == 202
        refused = nora.post("/api/v1/login", json={"name": "nora", "password": PASSWORD})
        assert (refused.status_code, refused.json()["code"]) == (403, "not_approved")
        (waiting,) = [
            one["user"] for one in ada.get("/api/v1/users").json()
            if one["user"]["state"] == "pending"
        ]  # fmt: skip
        address = f"/api/v1/users/{waiting['id']}"
        assert ada.post(f"{address}/refuse").json()["user"]["state"] == "refused"
        assert enter(nora, "nora") == 403
        assert ada.post(f"{address}/approve", json={"role": "operator"}).status_code == 200
        assert enter(nora, "nora") == 200
        for number in range(8):
            last = nora.post("/api/v1/register", json={**body, "name": f"bot{number}"})
        assert last.status_code == 429
    house.bus.close()
    house.store.close()


def test_without_permission_nobody_registers(house: House) -> None:
    with house.visitor() as nora:
        answer = nora.post("/api/v1/register", json={"name": "nora", "password": PASSWORD})
    assert answer.status_code == 403
    assert house.store.users.count() == 0


def test_unlocking_lets_the_right_password_in_at_once(house: House) -> None:
    house.add_user("viewer")
    with house.browser() as ada, house.visitor() as vera:
        for _ in range(6):
            enter(vera, "vera", "wrong password")
        assert enter(vera, "vera") == 429
        assert ada.post("/api/v1/users/u-vera/unlock").status_code == 204
        assert enter(vera, "vera") == 200
