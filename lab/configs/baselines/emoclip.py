# EmoCLIP: a class token and four layers over time; a caption of each clip in training,
# the texts of the classes in testing.
_base_ = '../ablations/full.py'

texts = dict(
    arch={{_base_.arch}},
    pretrained={{_base_.vlm}},
    descriptions={{_base_.model.text_encoder.descriptions}},
)
model = dict(
    type='CaptionRecognizer',
    text_encoder=dict(_delete_=True, type='OpenCLIPCaptions', **texts),
    neck=None,
    cls_head=dict(
        _delete_=True,
        type='CaptionHead',
        num_classes={{_base_.model.cls_head.num_classes}},
        in_channels=128,
        num_layers=4,
        head_channels=16,
        mlp_channels=256,
        temperature=0.05,  # about 1 / scale of the tower's pre-training
    ),
)
train_dataloader = dict(dataset=dict(captions=True))
optim_wrapper = dict(paramwise_cfg=dict(_delete_=True, no_decay=['token', 'position']))
