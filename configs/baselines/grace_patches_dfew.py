# GRACE with the patches of the frames, too, moved onto the words.
_base_ = 'grace_dfew.py'

model = dict(
    backbone=dict(type='OpenCLIPPatches'),
    cls_head=dict(type='PatchTransportHead', patch_share=0.5),
)
