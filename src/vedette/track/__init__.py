"""Following objects from frame to frame, and scoring how well that goes."""
