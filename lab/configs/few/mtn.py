# TG-DFER of version 0.1, with dilated convolutions and a non-local block over time.
_base_ = '../ablations/version_01_mtn.py'
