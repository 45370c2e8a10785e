"""The local page: a user drops a video and sees who shows which expression, and when.

This module imports nothing: its packages come with the extra `app`.
"""

LOCAL = ('localhost', '127.0.0.1', '::1')  # names of this machine
