"""A page on this machine: drop a video, see who shows what, when, by which frames.

Imports nothing by itself: its packages come with the extra `app`.
"""
