"""Is a picture worth looking at, and where."""
