"""Videos: from a file to faces, crops, windows and intervals.

Training on video files uses only ``clip_file``, which needs none of the optional
packages.
"""
