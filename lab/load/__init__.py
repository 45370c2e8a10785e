"""Load test of the page with many visitors."""
