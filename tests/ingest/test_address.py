"""Which addresses are opened, and which are refused however they are written."""

from __future__ import annotations

import pytest

from vedette.core.errors import AddressRefused, Unreachable
from vedette.core.settings import SourceSettings
from vedette.ingest.address import (
    Address,
    Resolver,
    parse_address,
    refusal,
    resolve,
    system_resolver,
)

SCHEMES = ("rtsp", "rtsps", "http", "https")
STRICT = SourceSettings()
LOOPBACK = SourceSettings(allow_loopback=True)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("rtsp://camera/live", "rtsp://camera/live"),
        ("RTSP://Camera:554/live", "rtsp://camera/live"),
        ("rtsp://10.0.0.7:8554/cam?channel=1&subtype=0", "rtsp://10.0.0.7:8554/cam?channel=1&subtype=0"),
        ("http://[2001:DB8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        ("https://cam", "https://cam/"),
        ("rtsp://cam/a%20b/ä", "rtsp://cam/a%20b/%C3%A4"),
        ('rtsp://cam/"quoted"<x>', "rtsp://cam/%22quoted%22%3Cx%3E"),
        ("rtsp://bücher.example/x", "rtsp://xn--bcher-kva.example/x"),
        ("rtsp://cam/live#fragment", "rtsp://cam/live"),
        ("rtsp://cam_1.local/x", "rtsp://cam_1.local/x"),
    ],
)  # fmt: skip
def test_good_addresses_come_out_in_normal_form(text: str, url: str) -> None:
    assert parse_address(text, SCHEMES).url == url
    assert parse_address(url, SCHEMES).url == url, "and stay the same"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("file:///etc/passwd", "must begin with"),
        ("concat:http://a|file:///etc/passwd", "must begin with"),
        ("exec:/bin/sh", "must begin with"),
        ("ftp://cam/x", "must begin with"),
        ("/etc/passwd", "must begin with"),
        ("", "must begin with"),
        ("rtsp://user:geheim@cam/x", "their own fields"),
        ("rtsp://user@cam/x", "their own fields"),
        ("rtsp:///x", "no valid host"),
        ("rtsp://-cam/x", "no valid host"),
        ("rtsp://cam|x/x", "no valid host"),
        ("rtsp://cam%2f/x", "no valid host"),
        ("rtsp://[::1%eth0]/x", "no valid host"),
        ("rtsp://cam:99999/x", "port"),
        ("rtsp://cam:geheim/x", "port"),
        ("rtsp://cam/a b", "blanks"),
        ("rtsp://cam/a\r\nAuthorization: x", "blanks"),
        ("rtsp://cam/a\0b", "blanks"),
        ("rtsp://cam\\@evil/x", "backslashes"),
        ("rtsp://cam/" + "a" * 3000, "longer than"),
    ],
)
def test_bad_addresses_are_refused_with_the_reason_and_without_secrets(
    text: str, fault: str
) -> None:
    with pytest.raises(ValueError, match=fault) as caught:
        parse_address(text, SCHEMES)
    assert "geheim" not in str(caught.value)


REFUSED = [
    "127.0.0.1",
    "127.8.8.8",
    "::1",
    "::ffff:127.0.0.1",
    "0.0.0.0",  # noqa: S104 refused, not bound
    "0.1.2.3",
    "::",
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "169.254.0.1",
    "fe80::1",
    "fe80::1%eth0",
    "224.0.0.1",
    "239.255.255.250",
    "ff02::1",
    "255.255.255.255",
    "240.0.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "fd00:ec2::254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "::127.0.0.1",
    "nonsense",
]


@pytest.mark.parametrize("ip", REFUSED)
def test_addresses_that_no_camera_has_are_refused(ip: str) -> None:
    assert refusal(ip, STRICT)


@pytest.mark.parametrize("ip", ["10.0.0.1", "192.168.1.20", "172.16.0.9", "8.8.8.8", "fd12::5"])
def test_addresses_of_cameras_are_not(ip: str) -> None:
    assert refusal(ip, STRICT) is None


def test_loopback_may_be_allowed_and_nothing_else_with_it() -> None:
    open_to = [ip for ip in REFUSED if refusal(ip, LOOPBACK) is None]
    assert set(open_to) == {
        "127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
        "::127.0.0.1",
    }  # fmt: skip


def camera(host: str = "cam.example") -> Address:
    return parse_address(f"rtsp://{host}/x", SCHEMES)


@pytest.mark.parametrize(
    "found",
    [["169.254.169.254"], ["127.0.0.1"], ["224.0.0.1"], ["fe80::1", "::1"]],
)
def test_a_name_is_judged_by_what_it_resolves_to(found: list[str]) -> None:
    with pytest.raises(AddressRefused, match=r"cam\.example may not be opened"):
        resolve(camera(), STRICT, lambda host, port: found)


def test_of_several_addresses_only_the_good_ones_are_used() -> None:
    found = ["169.254.1.1", "10.0.0.5", "::1", "10.0.0.6"]
    assert resolve(camera(), STRICT, lambda host, port: found) == ("10.0.0.5", "10.0.0.6")


@pytest.mark.parametrize("host", ["0x7f.1", "2130706433", "127.1", "017700000001", "localhost"])
def test_odd_ways_to_write_this_machine_are_seen_through(host: str) -> None:
    with pytest.raises((AddressRefused, Unreachable)):
        resolve(camera(host), STRICT, system_resolver)


def test_a_name_that_is_nobodys_is_said_to_be_so() -> None:
    def fails(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    def finds_nothing(host: str, port: int) -> list[str]:
        return []

    resolvers: tuple[Resolver, ...] = (fails, finds_nothing)
    for resolver in resolvers:
        with pytest.raises(Unreachable, match=r"no host of the name cam\.example"):
            resolve(camera(), STRICT, resolver)
