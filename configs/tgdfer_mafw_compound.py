# MAFW's 43 classes: 11 emotions and 32 compounds of them.
_base_ = 'tgdfer_mafw.py'

train_dataloader = dict(dataset=dict(setting='compound'))
val_dataloader = train_dataloader
test_dataloader = train_dataloader

model = dict(
    text_encoder=dict(descriptions='mafw_compound'),
    cls_head=dict(num_classes=43),
)
