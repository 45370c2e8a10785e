# SynthDFER: drawn faces in DFEW's layout, generated when they are first needed.
data_root = 'data/synth_dfew'
fold = int(__import__('tgdfer_mm').setting('FOLD', '1'))  # tools: --fold
num_frames = 16
image_size = 64

train_pipeline = [
    dict(type='ListFrames'),
    dict(type='SampleSegments', num_frames=num_frames),
    dict(type='DecodeFrames'),
    dict(
        type='RandomResizedCrop', area_range=(0.8, 1.0), aspect_ratio_range=(0.9, 1.1)
    ),
    dict(type='Resize', scale=(image_size, image_size), keep_ratio=False),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackDFERInputs'),
]
test_pipeline = [
    dict(type='ListFrames'),
    dict(type='SampleSegments', num_frames=num_frames, test_mode=True),
    dict(type='DecodeFrames'),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackDFERInputs'),
]

train_dataloader = dict(
    batch_size=8,
    num_workers=1,
    sampler=dict(type='DefaultSampler', shuffle=True),
    worker_init_fn=dict(type='seed_worker_from_torch'),
    dataset=dict(
        type='SynthDFEWDataset',
        data_root=data_root,
        subset='train',
        fold=fold,
        pipeline=train_pipeline,
    ),
)
test_dataloader = dict(
    batch_size=16,
    num_workers=1,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='SynthDFEWDataset',
        data_root=data_root,
        subset='test',
        fold=fold,
        pipeline=test_pipeline,
    ),
)
val_dataloader = test_dataloader
val_evaluator = dict(type='DFERMetric')
test_evaluator = val_evaluator

# How a video is made to look like these clips (tgdfer_mm.apis): a clip is 24 to 44
# frames at 25 frames/s, and a picture 1.5 times as wide as the detector's box.
video = dict(
    crop=dict(size=image_size, margin=0.25, shift=(0.0, -0.1)),
    window=dict(frames=num_frames, seconds=1.28, stride=0.36),
)
