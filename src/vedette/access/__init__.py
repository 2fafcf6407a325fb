"""Who may do what: passwords, sessions, rights, and the door that lets people in."""
