"""Drawn scenes in which people move and cross, to measure tracking."""
