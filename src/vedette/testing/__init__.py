"""For tests, the demo and the load bench: servers that replay clips, drawn scenes with truth."""
