# A classifier of single faces for videos. Your own config can inherit from this one;
# docs/models.md lists the settings that it needs.
default_scope = 'mmaction'
image_size = 224  # of the crops, pixels
num_frames = 64

model = dict(
    type='BagRecognizer',
    # The expert gets RGB from 0 to 255 and prepares it itself.
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
# Scores are those of single frames; a window only sets the frames that are compared. At
# 25 frames a second a window has all frames, and each frame is used once.
video = dict(window=dict(seconds=2.56, stride=2.56, frames=num_frames))
