"""Videos of users: from a file to faces, crops, windows and intervals.

Imported by ``tgdfer_mm.apis`` only: its optional packages are needed by nobody who
trains.
"""
