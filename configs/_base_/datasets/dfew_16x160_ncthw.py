# DFEW as in dfew_ncthw.py, but at 160 pixels.
_base_ = 'dfew_ncthw.py'
image_size = 160

__changes = dict(
    Resize=dict(scale=(image_size, image_size)),
)
train_pipeline, test_pipeline = (
    [{**step, **__changes.get(step['type'], {})} for step in pipeline]
    for pipeline in (_base_.train_pipeline, _base_.test_pipeline)
)
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
val_dataloader = test_dataloader
