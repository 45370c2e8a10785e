"""GRACE: what it needs besides the package."""
