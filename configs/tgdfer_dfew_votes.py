# DFEW, trained on the shares of each clip's ten votes. They take the place of label
# smoothing: they say where a label is uncertain.
_base_ = 'tgdfer_dfew.py'

train_dataloader = dict(dataset=dict(soft_labels=True))
model = dict(cls_head=dict(loss_cls=dict(label_smooth=0.0)))
