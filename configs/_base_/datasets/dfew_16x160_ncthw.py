# DFEW as in dfew.py, but at 160 pixels and in the layout that Recognizer3D reads.
_base_ = 'dfew.py'
image_size = 160

__changes = dict(
    Resize=dict(scale=(image_size, image_size)),
    FormatShape=dict(input_format='NCTHW'),
)
train_pipeline = [
    {**step, **__changes.get(step['type'], {})} for step in _base_.train_pipeline
]
test_pipeline = [
    {**step, **__changes.get(step['type'], {})} for step in _base_.test_pipeline
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
val_dataloader = test_dataloader
