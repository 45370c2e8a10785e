# I3D on DFEW, 16 frames at 112 pixels, in mmaction2's own recognizer. It is mmaction2's
# I3D on a ResNet-50; the published I3D-RGB is on Inception-v1, so its counts differ.
_base_ = './r3d18_dfew.py'

model = dict(
    backbone=dict(
        _delete_=True,
        type='ResNet3d',
        depth=50,
        pretrained2d=False,
        conv1_kernel=(5, 7, 7),
        conv1_stride_t=2,
        pool1_stride_t=2,
        inflate=((1, 1, 1), (1, 0, 1, 0), (1, 0, 1, 0, 1, 0), (0, 1, 0)),
        zero_init_residual=False,
    ),
    cls_head=dict(in_channels=2048),
)
