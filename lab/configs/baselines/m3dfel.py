# M3DFEL's aggregation: four instances of four frames, BiLSTM, attention, DMIN. The mean
# of four frames replaces the 3D network of the published method.
_base_ = '../ablations/full.py'

model = dict(
    type='BagRecognizer',
    text_encoder=None,
    neck=None,
    cls_head=dict(
        _delete_=True,
        type='M3DFELHead',
        num_classes={{_base_.model.cls_head.num_classes}},
        in_channels=128,
        num_instances=4,
        hidden_channels=128,
    ),
    frames_per_instance=4,
)
optim_wrapper = dict(paramwise_cfg=dict(_delete_=True))
