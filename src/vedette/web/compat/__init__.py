"""Other systems' API forms, so that what was written for them goes on working."""
