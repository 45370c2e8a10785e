# Faces that `tgdfer data faces` cuts out of the videos of actors. New videos are
# cropped in the same way: these are its defaults.
_base_ = 'face_frames.py'

video = dict(crop=dict(margin=0.25, shift=(0.0, -0.1)))
