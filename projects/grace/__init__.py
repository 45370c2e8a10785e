"""GRACE: a command that refines captions; the other parts are in the package."""
