"""Sound: read next to the pictures of a file, and measured.

``reading`` gives the samples, ``log_mel`` their spectrum in time, ``pitch`` and
``stretches`` how a voice moves, ``voice_words`` says that in words. Nothing here needs
more than PyAV and NumPy.
"""
