# S2D on MAFW's eleven single emotions. The files to start from are those of
# s2d_dfew.py.
_base_ = [
    '../_base_/models/s2d_vit-base-p16.py',
    '../_base_/datasets/mafw.py',
    '../_base_/schedules/adamw_100e_s2d.py',
    '../_base_/default_runtime.py',
]
model = dict(cls_head=dict(num_classes=11, distill=dict(num_classes=11)))
train_dataloader = dict(batch_size=16)
