# The shipped config for FSDP, with small towers and noise as clips.
_base_ = ['tgdfer_mm::tgdfer_dfew_fsdp']
custom_imports = dict(imports=['tgdfer_mm', 'standin'], allow_failed_imports=False)
tower = dict(
    embed_dim=32,
    vision_cfg=dict(image_size=32, patch_size=16, layers=2, width=32, head_width=16),
    text_cfg=dict(context_length=77, vocab_size=49408, width=32, heads=2, layers=2),
)
# One for each class, so that nothing is drawn.
descriptions = dict(
    _delete_=True,
    happy=['cheeks raised'],
    sad=['inner brows raised'],
    neutral=['at rest'],
    angry=['brows lowered'],
    surprise=['jaw dropped'],
    disgust=['nose wrinkled'],
    fear=['lids raised'],
)
model = dict(
    backbone=dict(arch=dict(_delete_=True, **tower), pretrained=None),
    text_encoder=dict(
        arch=dict(_delete_=True, **tower), pretrained=None, descriptions=descriptions
    ),
    neck=dict(in_channels=32),
    cls_head=dict(in_channels=32),
)
train_dataloader = dict(
    _delete_=True,
    batch_size=2,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(type='StandInClips', size=4),
)
test_dataloader = dict(
    _delete_=True,
    batch_size=2,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='StandInClips', size=3, subset='test'),
)
val_dataloader = test_dataloader
train_cfg = dict(max_epochs=2)
# Where a gradient is nothing but rounding, Adam steps on it unless eps is larger.
optim_wrapper = dict(optimizer=dict(lr=0.01, eps=1e-2))
param_scheduler = None
default_hooks = dict(explain=dict(num=0))
custom_hooks = [dict(type='DieHook')]
log_level = 'WARNING'
