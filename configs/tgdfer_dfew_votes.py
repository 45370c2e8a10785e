# DFEW, trained on the shares of each clip's ten votes. They replace label smoothing,
# because they show where a label is uncertain.
_base_ = 'tgdfer_dfew.py'

train_dataloader = dict(dataset=dict(soft_labels=True))
model = dict(cls_head=dict(loss_cls=dict(label_smooth=0.0)))
