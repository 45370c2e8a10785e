# TG-DFER, whole: what the methods in this folder are compared with. Each of them keeps
# its tower, frames, schedule and, where it reads texts, its texts, and changes its own
# parts alone.
_base_ = '../ablations/full.py'
