# CREMA-D on frozen CLIP ViT-B/32, whose features are computed once: hours on two CPU
# cores, see docs/open_data.md.
_base_ = 'tgdfer_cremad.py'

arch = 'ViT-B-32-quickgelu'
model = dict(
    backbone=dict(arch=arch, frozen_stages='all'), text_encoder=dict(arch=arch)
)
# One picture of each frame: training uses the pictures of testing.
recipe = dict(cache_features='work_dirs/features', views='plain')
optim_wrapper = dict(paramwise_cfg=dict(custom_keys=dict(backbone=dict(optional=True))))
