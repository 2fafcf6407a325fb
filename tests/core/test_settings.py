"""Settings: file, environment, flags, in that order; what is unknown is an error that names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from vedette.core.errors import ConfigError
from vedette.core.settings import load_settings


def test_flags_stand_above_environment_above_file(tmp_path: Path) -> None:
    file = tmp_path / "vedette.toml"
    file.write_text('data_dir = "/a"\n[web]\nport = 1\nhost = "::1"\n')
    settings = load_settings(
        file, {"VEDETTE_WEB__PORT": "2", "VEDETTE_DATA_DIR": "/b"}, {"web.port": 3}
    )
    assert (settings.web.port, settings.web.host, settings.data_dir) == (3, "::1", Path("/b"))


@pytest.mark.parametrize(
    ("file", "environment", "flags", "names"),
    [
        ("[web]\nprot = 1\n", {}, {}, "settings.web.prot"),  # misspelt in the file
        ("", {"VEDETTE_WEB__PROT": "1"}, {}, "settings.web.prot"),  # in the environment
        ("", {"VEDETTE_FOO": "1"}, {}, "settings.foo"),  # at the top
        ("", {}, {"web.prot": 1}, "settings.web.prot"),  # as a flag
        ("[web]\nport = 70000\n", {}, {}, "settings.web.port"),  # out of range
        ("[web\n", {}, {}, "cannot be read"),  # not TOML
        ("", {"VEDETTE_SOURCES__FILE_ROOTS": "[1"}, {}, "not a JSON list"),  # not JSON
    ],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, file: str, environment: dict[str, str], flags: dict[str, int], names: str
) -> None:
    path = tmp_path / "vedette.toml"
    path.write_text(file)
    with pytest.raises(ConfigError, match=names.replace(".", r"\.")):
        load_settings(path, environment, {**flags})


def test_lists_in_the_environment_are_json() -> None:
    settings = load_settings(None, {"VEDETTE_SOURCES__FILE_ROOTS": '["/v", "/w"]'}, {})
    assert settings.sources.file_roots == (Path("/v"), Path("/w"))


def test_what_the_tests_use_is_no_setting() -> None:
    load_settings(None, {"VEDETTE_TEST_DATA": "/x"}, {})


def test_a_missing_file_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no settings file"):
        load_settings(tmp_path / "none.toml", {}, {})
