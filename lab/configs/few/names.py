# TG-DFER of version 0.1, with class names.
_base_ = '../ablations/version_01.py'

model = dict(text_encoder=dict(descriptions='synth_names'))
