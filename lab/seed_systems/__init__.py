"""The studies of the seed systems, one after another, and their page."""
