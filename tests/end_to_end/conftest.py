"""A drawn warehouse that a real RTSP server plays."""

from __future__ import annotations

from pathlib import Path

import pytest

from vedette.testing.scenes import Playing, Scene, build, film
from vedette.testing.scenes.film import Film


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """People walk along an aisle and stop at a charging place."""
    folder: Path = tmp_path_factory.mktemp("films")
    return film(Scene(build("warehouse"), Playing(fps=10)), folder)
