"""Vedette turns ordinary cameras into a guarded site."""

__version__ = "0.1.0"
