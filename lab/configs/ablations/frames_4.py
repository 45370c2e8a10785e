# Four frames make an instance.
_base_ = './full.py'

model = dict(frames_per_instance=4)
