"""Speed: pairs of things that do the same work, timed in turn."""
