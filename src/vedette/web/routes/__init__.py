"""One file per feature; each declares the right its routes need."""
