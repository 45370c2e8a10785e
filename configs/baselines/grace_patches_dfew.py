# GRACE in which the patches of the frames are aligned with the words, too.
_base_ = 'grace_dfew.py'

model = dict(
    backbone=dict(type='OpenCLIPPatches'),
    cls_head=dict(type='PatchTransportHead', patch_share=0.5),
)
