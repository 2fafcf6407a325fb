"""One camera's route from packet to event, and the loops that keep all routes going."""
