# Everything of this package in one small model; `data` is where the test drew clips.
_base_ = ['tgdfer_mm::tgdfer_demo']
custom_imports = dict(imports=['tgdfer_mm', 'smile_parts'], allow_failed_imports=False)

width = 128
moods = __import__('smile_parts').MOODS
model = dict(
    type='ShiftedRecognizer',
    backbone=dict(_delete_=True, type='PatchTower', width=width),
    text_encoder=dict(descriptions=moods),
    cls_head=dict(
        num_classes=2,
        temporal=dict(_delete_=True, type='smile_conv'),
        pooling='smile_best',
        loss_cls=dict(_delete_=True, type='FocalLoss2'),
    ),
)

__clips = dict(_delete_=True, type='MoodDataset', data_root='data')
train_dataloader = dict(
    batch_size=2,
    num_workers=0,
    persistent_workers=False,
    dataset=dict(**__clips, subset='train', pipeline={{_base_.train_pipeline}}),
)
test_dataloader = dict(
    batch_size=2,
    num_workers=0,
    persistent_workers=False,
    dataset=dict(**__clips, subset='test', pipeline={{_base_.test_pipeline}}),
)
val_dataloader = test_dataloader
val_evaluator = dict(_delete_=True, type='DFERMetric')
test_evaluator = val_evaluator

optim_wrapper = dict(paramwise_cfg=dict(_delete_=True))
param_scheduler = []
train_cfg = dict(max_epochs=1, val_interval=1)
custom_hooks = []
default_hooks = dict(explain=dict(num=1))
