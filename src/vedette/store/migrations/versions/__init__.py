"""Files are named for the change; each is frozen once released."""
