"""Sound: reading it in the time of the pictures, and measuring it.

``reading`` gives the samples, ``log_mel`` their spectrum over time, ``pitch`` and
``stretches`` the movement of a voice, and ``voice_words`` its description in words.
This room needs only PyAV and NumPy.
"""
