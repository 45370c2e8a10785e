# S2D tested with two views in time by two in space: the first and the last 16 frames,
# and two corners of each frame. With view_size = 224 the corners are the authors'
# crops, which are equal on square frames; with 256 they differ [choice].
_base_ = 's2d_dfew.py'
view_size = 256

model = dict(type='MultiViewRecognizer', num_frames={{_base_.num_frames}})
test_pipeline = [
    dict(type='ListFrames'),
    dict(type='SampleWindows', num_frames={{_base_.num_frames}}),
    dict(type='DecodeFrames'),
    dict(type='Resize', scale=(-1, view_size)),
    dict(type='CropCorners', size={{_base_.image_size}}),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackDFERInputs'),
]
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
video = dict(window=dict(frames={{_base_.num_frames}}))
