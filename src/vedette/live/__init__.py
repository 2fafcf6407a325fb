"""Live pictures: packets as they came, wrapped for the browser, one wrapping for all viewers."""
