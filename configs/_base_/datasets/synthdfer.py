# SynthDFER, the benchmark: clips of one level of difficulty, generated when they are
# first needed. The environment variable TGDFER_LEVEL chooses the level.
level = __import__('tgdfer_mm').setting('LEVEL', 'hard')
data_root = (
    __import__('os').environ.get('SYNTHDFER_ROOT', 'data/synthdfer') + '/' + level
)
fold = int(__import__('tgdfer_mm').setting('FOLD', '1'))  # tools: --fold
num_frames = 16
image_size = 64

train_pipeline = [
    dict(type='ListFrames'),
    dict(type='SampleSegments', num_frames=num_frames),
    dict(type='DecodeFrames'),
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
clips = dict(
    type='SynthDFEWDataset',
    data_root=data_root,
    fold=fold,
    level=level,
    clips_per_class=24,
)
train_dataloader = dict(
    batch_size=32,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=True),
    worker_init_fn=dict(type='seed_worker_from_torch'),
    dataset=dict(**clips, subset='train', pipeline=train_pipeline),
)
test_dataloader = dict(
    batch_size=64,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(**clips, subset='test', pipeline=test_pipeline),
)
val_dataloader = test_dataloader
val_evaluator = dict(type='DFERMetric')
test_evaluator = val_evaluator
