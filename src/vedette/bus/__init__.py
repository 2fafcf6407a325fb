"""Carrying messages and packets between parts: in this process, or over local sockets."""
