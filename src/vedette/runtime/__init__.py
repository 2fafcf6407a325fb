"""How the parts are run: as processes under a supervisor, or as threads of one process."""
