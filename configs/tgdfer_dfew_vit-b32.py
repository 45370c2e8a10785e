_base_ = 'tgdfer_dfew.py'

arch = 'ViT-B-32-quickgelu'
model = dict(backbone=dict(arch=arch), text_encoder=dict(arch=arch))
