# MAFW with several of the 11 emotions a clip, one sigmoid for each.
_base_ = 'tgdfer_mafw.py'

train_dataloader = dict(dataset=dict(setting='multi'))
val_dataloader = train_dataloader
test_dataloader = train_dataloader
val_evaluator = dict(type='MultiLabelMetric')
test_evaluator = val_evaluator

model = dict(cls_head=dict(loss_cls=dict(multi_label=True, label_smooth=0.0)))
default_hooks = dict(selection=dict(metric='multi/mAP'))
