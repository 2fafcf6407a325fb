"""What is in the picture: detectors, the models they run, and how cameras share them."""
