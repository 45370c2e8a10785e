"""Benchmarks of speed: two programs that do the same work are timed in turn."""
