"""An RTSP server on loopback that replays clips for ever, and misbehaves when told to."""

from vedette.testing.rtsp.child import ChildMount, ChildPlan, RtspProcess, ServerUse
from vedette.testing.rtsp.mount import Faults, Mount, MountOptions, MountStats
from vedette.testing.rtsp.reel import Wire
from vedette.testing.rtsp.server import RtspServer

__all__ = [
    "ChildMount",
    "ChildPlan",
    "Faults",
    "Mount",
    "MountOptions",
    "MountStats",
    "RtspProcess",
    "RtspServer",
    "ServerUse",
    "Wire",
]
