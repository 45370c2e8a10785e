"""Many visitors of the page at once."""
