"""Drawn scenes in which people move and cross, and how well they stay who they are."""
