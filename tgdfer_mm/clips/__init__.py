"""Clips on the disk: finds, lists and reads their frames.

Nothing here uses lists of clips, labels or training.
"""
