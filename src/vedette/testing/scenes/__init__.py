"""Drawn sites whose truth is known exactly: for the demo, for tests, for benches."""

from vedette.testing.scenes.day import QUIET_DAY_S, quiet_day
from vedette.testing.scenes.film import Film, FilmFrame, film
from vedette.testing.scenes.nuisances import During, Nuisance
from vedette.testing.scenes.scene import Playing, Scene, SceneFrame
from vedette.testing.scenes.sites import SITES, build
from vedette.testing.scenes.stage import Stage
from vedette.testing.scenes.truth import (
    SceneTruth,
    TruthBox,
    TruthCrossing,
    TruthPresence,
    TruthStay,
)

__all__ = [
    "QUIET_DAY_S",
    "SITES",
    "During",
    "Film",
    "FilmFrame",
    "Nuisance",
    "Playing",
    "Scene",
    "SceneFrame",
    "SceneTruth",
    "Stage",
    "TruthBox",
    "TruthCrossing",
    "TruthPresence",
    "TruthStay",
    "build",
    "film",
    "quiet_day",
]
