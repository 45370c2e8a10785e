# Your own clips: folders by class, or a list (docs/own.md). Set their path with
# `--data`.
_base_ = 'face_frames.py'
data_root = 'data/mine'
fold = int(__import__('tgdfer_mm').setting('FOLD', '1'))  # tools: --fold
image_size = 64  # the tower's

__resize = dict(type='Resize', scale=(image_size, image_size), keep_ratio=False)
__tail = [
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackDFERInputs'),
]
train_pipeline = [
    dict(type='ListFrames'),  # also opens videos
    dict(type='SampleSegments', num_frames=_base_.num_frames),
    dict(type='DecodeFrames'),
    __resize,
    dict(type='Flip', flip_ratio=0.5),
    *__tail,
]
test_pipeline = [
    dict(type='ListFrames'),
    dict(type='SampleSegments', num_frames=_base_.num_frames, test_mode=True),
    dict(type='DecodeFrames'),
    __resize,
    *__tail,
]

__clips = dict(type='ClipFolderDataset', data_root=data_root, fold=fold)
train_dataloader = dict(
    batch_size=8,
    num_workers=0,
    sampler=dict(_delete_=True, type='ClassBalancedSampler'),
    dataset=dict(**__clips, pipeline=train_pipeline),
)
test_dataloader = dict(
    batch_size=8, num_workers=0, dataset=dict(**__clips, pipeline=test_pipeline)
)
val_dataloader = test_dataloader
# If `tgdfer data faces` made the clips, its recorded crop settings replace these.
video = dict(window=dict(seconds=2.5))
