"""Keeping video: files written and read."""
