"""When what was seen is an event: one file for each kind of rule."""
