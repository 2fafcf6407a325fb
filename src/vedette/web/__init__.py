"""The door for people and scripts: HTTP API, sockets and the web app."""
