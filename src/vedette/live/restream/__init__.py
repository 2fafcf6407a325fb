"""Cameras handed on over RTSP: packets as received, one reading for all clients."""
