"""Cameras and files in, packets and frames out; one connection per stream, any number of taps."""
