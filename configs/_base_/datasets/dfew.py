# DFEW, aligned face frames, 16 of a clip at 224 pixels.
_base_ = 'face_frames.py'
data_root = __import__('os').environ.get('DFEW_ROOT', 'data/DFEW')
fold = int(__import__('tgdfer_mm').setting('FOLD', '1'))  # tools: --fold

__clips = dict(
    type='DFEWDataset',
    data_root=data_root,
    fold=fold,
    setting='single',
    soft_labels=False,
)
train_dataloader = dict(dataset=__clips)
test_dataloader = dict(dataset=__clips)
val_dataloader = test_dataloader
video = dict(window=dict(seconds=2.5))
