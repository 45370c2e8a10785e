"""Videos: from a file to faces, crops, windows and intervals.

Who trains on video files uses ``clip_file`` alone, which needs none of the optional
packages.
"""
