# A classifier of single faces on videos. A config of your own starts from this one:
# docs/models.md says what it has to state.
default_scope = 'mmaction'
image_size = 224  # of the crops, pixels
num_frames = 64

model = dict(
    type='BagRecognizer',
    # The expert gets RGB from 0 to 255 and prepares it by itself.
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[0.0, 0.0, 0.0],
        std=[1.0, 1.0, 1.0],
        format_shape='NCHW',
    ),
    cls_head=dict(type='FrameExpertHead', label_set='dfew', extra_classes='keep'),
)
test_pipeline = [
    dict(type='ListFrames'),
    dict(type='SampleSegments', num_frames=num_frames, test_mode=True),
    dict(type='DecodeFrames'),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackDFERInputs'),
]
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
# The scores are of single frames: a window only says which frames are compared. At 25
# frames a second it has room for all, and each frame is looked at once.
video = dict(window=dict(seconds=2.56, stride=2.56, frames=num_frames))
