# OpenCV Zoo's facial expression recogniser: `tgdfer models get opencv-mobilefacenet`.
_base_ = '../_base_/frame_expert.py'
image_size = 112

model = dict(
    backbone=dict(
        type='OnnxExpert',
        file='models://opencv-mobilefacenet/model.onnx',
        mean=127.5,
        std=127.5,
    ),
    cls_head=dict(
        classes=['angry', 'disgust', 'fearful', 'happy', 'neutral', 'sad', 'surprised']
    ),
)
# It was trained on faces aligned by five points. If a detector gives no points, the
# crop has their average place relative to dlib's boxes [estimate].
video = dict(crop=dict(align=True, margin=0.17, shift=(0.0, -0.17)))
