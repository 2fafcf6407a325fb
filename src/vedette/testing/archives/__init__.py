"""Recorders of other makers, on loopback: they search and replay as their protocols say."""

from vedette.testing.archives.dahua import DahuaPages
from vedette.testing.archives.hikvision import HikvisionPages
from vedette.testing.archives.onvif import OnvifPages
from vedette.testing.archives.replay import ReplayFaults, ReplayServer
from vedette.testing.archives.tape import Tape

__all__ = ["DahuaPages", "HikvisionPages", "OnvifPages", "ReplayFaults", "ReplayServer", "Tape"]
