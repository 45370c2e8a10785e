# DFEW as in dfew.py, but 16 frames of a clip at 256 pixels.
_base_ = 'dfew.py'
num_frames = 16
image_size = 256

__changes = dict(
    SampleSegments=dict(num_frames=num_frames),
    Resize=dict(scale=(image_size, image_size)),
)
train_pipeline, test_pipeline = (
    [{**step, **__changes.get(step['type'], {})} for step in pipeline]
    for pipeline in (_base_.train_pipeline, _base_.test_pipeline)
)
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
val_dataloader = test_dataloader
