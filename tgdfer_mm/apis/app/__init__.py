"""A page on this machine: drop a video, see who shows what, when, by which frames.

Imports nothing by itself: its packages come with the extra `app`.
"""

LOCAL = ('localhost', '127.0.0.1', '::1')  # names of this machine
