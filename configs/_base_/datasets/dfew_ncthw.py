# DFEW as in dfew.py, in the layout that Recognizer3D reads.
_base_ = 'dfew.py'

__changes = dict(
    FormatShape=dict(input_format='NCTHW'),
)
train_pipeline, test_pipeline = (
    [{**step, **__changes.get(step['type'], {})} for step in pipeline]
    for pipeline in (_base_.train_pipeline, _base_.test_pipeline)
)
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
val_dataloader = test_dataloader
