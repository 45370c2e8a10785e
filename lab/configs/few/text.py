# TG-DFER of version 0.1, with descriptions.
_base_ = '../ablations/version_01.py'
