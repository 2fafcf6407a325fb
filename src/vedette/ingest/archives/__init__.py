"""Recordings that lie on cameras and recorders of others, fetched when ours have a hole."""
