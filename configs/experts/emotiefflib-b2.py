# EmotiEffLib's enet_b2_8: `tgdfer models get emotiefflib-b2`.
_base_ = 'emotiefflib-b0.py'
image_size = 260

model = dict(backbone=dict(file='models://emotiefflib-b2/model.onnx'))
