# EmotiEffLib's enet_b2_8: `tgdfer models get emotiefflib-b2`.
_base_ = '../_base_/frame_expert.py'
image_size = 260

model = dict(
    backbone=dict(
        type='OnnxExpert',
        file='models://emotiefflib-b2/model.onnx',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
    ),
    cls_head=dict(
        classes=[
            *('Anger', 'Contempt', 'Disgust', 'Fear'),
            *('Happiness', 'Neutral', 'Sadness', 'Surprise'),
        ]
    ),
)
video = dict(crop=dict(margin=0.1, shift=(0.0, -0.05)))
