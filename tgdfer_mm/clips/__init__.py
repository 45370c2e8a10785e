"""Clips on the disk: what their frames are called, and how they are listed and read.

Nothing here knows of lists of clips, labels or training.
"""
