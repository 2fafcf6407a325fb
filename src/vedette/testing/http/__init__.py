"""An HTTP server on loopback with everything a camera or a remote detector may be."""

from vedette.testing.http.detector import DetectorPage
from vedette.testing.http.exchange import Exchange, Page
from vedette.testing.http.hls import HlsOptions, HlsPage
from vedette.testing.http.mjpeg import MjpegPage
from vedette.testing.http.pages import FilePage, RedirectPage, StillPage
from vedette.testing.http.server import Door, HttpFaults, HttpServer

__all__ = [
    "DetectorPage",
    "Door",
    "Exchange",
    "FilePage",
    "HlsOptions",
    "HlsPage",
    "HttpFaults",
    "HttpServer",
    "MjpegPage",
    "Page",
    "RedirectPage",
    "StillPage",
]
