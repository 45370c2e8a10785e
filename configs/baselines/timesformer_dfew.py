# TimeSformer on DFEW, 16 frames at 160 pixels as VideoMAE. No paper that this toolbox
# knows of reports it on DFEW.
_base_ = './videomae_dfew.py'

model = dict(
    backbone=dict(
        _delete_=True,
        type='TimeSformer',
        num_frames={{_base_.num_frames}},
        img_size={{_base_.image_size}},
        patch_size=16,
    )
)
