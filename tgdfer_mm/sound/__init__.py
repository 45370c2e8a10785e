"""Sound: read next to the pictures of a file, and measured.

``reading`` gives the samples, ``log_mel`` their spectrum in time. Nothing here needs
more than PyAV, NumPy and SciPy.
"""
