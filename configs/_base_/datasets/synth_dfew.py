# SynthDFER: drawn faces in DFEW's layout, generated when they are first needed.
_base_ = 'face_frames.py'
data_root = 'data/synth_dfew'
fold = int(__import__('tgdfer_mm').setting('FOLD', '1'))  # tools: --fold
image_size = 64

train_pipeline = [
    dict(type='ListFrames'),
    dict(type='SampleSegments', num_frames=_base_.num_frames),
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
    dict(type='SampleSegments', num_frames=_base_.num_frames, test_mode=True),
    dict(type='DecodeFrames'),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackDFERInputs'),
]

__clips = dict(type='SynthDFEWDataset', data_root=data_root, fold=fold)
train_dataloader = dict(
    batch_size=8, num_workers=1, dataset=dict(**__clips, pipeline=train_pipeline)
)
test_dataloader = dict(
    batch_size=16, num_workers=1, dataset=dict(**__clips, pipeline=test_pipeline)
)
val_dataloader = test_dataloader

# Settings with which a video gets the look of these clips (tgdfer_mm.apis): a clip has
# 24 to 44 frames at 25 frames/s, and a picture is 1.5 times as wide as the detector's
# box.
video = dict(
    crop=dict(size=image_size, margin=0.25, shift=(0.0, -0.1)),
    window=dict(seconds=1.28, stride=0.36),
)
