"""What we saw, made for people to look at."""
