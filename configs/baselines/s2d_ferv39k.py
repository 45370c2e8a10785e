# S2D on FERV39k. The files to start from are those of s2d_dfew.py. The authors' script
# has no dropout on the feature here.
_base_ = [
    '../_base_/models/s2d_vit-base-p16.py',
    '../_base_/datasets/ferv39k.py',
    '../_base_/schedules/adamw_100e_s2d.py',
    '../_base_/default_runtime.py',
]
model = dict(cls_head=dict(dropout=0.0))
train_dataloader = dict(batch_size=16)
