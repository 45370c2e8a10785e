# CREMA-D, trained on the shares of the votes of those who saw each clip without its
# sound. They replace label smoothing, because they show where a label is uncertain.
_base_ = 'tgdfer_cremad.py'

train_dataloader = dict(dataset=dict(soft_labels=True))
model = dict(cls_head=dict(loss_cls=dict(label_smooth=0.0)))
