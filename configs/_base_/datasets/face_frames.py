# Aligned face frames, 16 of a clip at 224 pixels. The file of a data set, such as
# dfew.py, adds the clips and the length of a video window.
num_frames = 16
image_size = 224

train_pipeline = [
    dict(type='ListFrames'),
    dict(type='SampleSegments', num_frames=num_frames, short_clip='pad'),
    dict(type='DecodeFrames'),
    dict(
        type='RandomResizedCrop', area_range=(0.7, 1.0), aspect_ratio_range=(0.9, 1.1)
    ),
    dict(
        type='Resize',
        scale=(image_size, image_size),
        keep_ratio=False,
        interpolation='bilinear',
    ),
    dict(type='Flip', flip_ratio=0.5, direction='horizontal'),
    dict(type='ColorJitter', brightness=0.3, contrast=0.0, saturation=0.0, hue=0.0),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackDFERInputs'),
]
test_pipeline = [
    dict(type='ListFrames'),
    dict(
        type='SampleSegments',
        num_frames=num_frames,
        test_mode=True,
        short_clip='pad',
    ),
    dict(type='DecodeFrames'),
    dict(
        type='Resize',
        scale=(image_size, image_size),
        keep_ratio=False,
        interpolation='bilinear',
    ),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackDFERInputs'),
]

train_dataloader = dict(
    batch_size=48,
    num_workers=8,
    sampler=dict(type='DefaultSampler', shuffle=True),
    worker_init_fn=dict(type='seed_worker_from_torch'),
    dataset=dict(subset='train', pipeline=train_pipeline),
)
test_dataloader = dict(
    batch_size=48,
    num_workers=8,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(subset='test', pipeline=test_pipeline),
)
# There is no validation split: the test split is evaluated, but selects no epoch.
val_dataloader = test_dataloader
val_evaluator = dict(type='DFERMetric')
test_evaluator = val_evaluator

# Settings with which a user's video gets the look of these clips (tgdfer_mm.apis). They
# are an estimate: the authors publish no detector and no margin. Compare your crops
# with their frames, which have this size. The pipeline sets the number of frames in a
# window.
video = dict(
    crop=dict(size=224, margin=0.15, shift=(0.0, -0.05)),
    window=dict(stride=1.0),
)
