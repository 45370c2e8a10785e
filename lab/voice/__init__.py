"""Study of words and values of a voice in addition to a face, on drawn clips with
sound.
"""
