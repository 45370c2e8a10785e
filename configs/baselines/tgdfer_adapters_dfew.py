# TG-DFER on a frozen CLIP tower with S2D's temporal adapters before each block.
_base_ = '../tgdfer_dfew.py'

model = dict(
    backbone=dict(
        _delete_=True,
        type='InstanceBackbone',
        backbone=dict(
            type='ViTTemporalAdapter',
            tower=dict(
                type='OpenCLIPVisual',
                arch={{_base_.arch}},
                pretrained={{_base_.pretrained}},
            ),
            num_frames={{_base_.num_frames}},
        ),
        input_format='NCHW',
        num_frames={{_base_.num_frames}},
        image_size={{_base_.image_size}},
        out_channels=512,
        projection=False,
    ),
)
optim_wrapper = dict(paramwise_cfg=dict(custom_keys={'backbone': dict(lr_mult=1.0)}))
