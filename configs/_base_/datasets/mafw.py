# MAFW, aligned face frames, 16 of a clip at 224 pixels.
_base_ = 'face_frames.py'
data_root = __import__('os').environ.get('MAFW_ROOT', 'data/MAFW')
fold = int(__import__('tgdfer_mm').setting('FOLD', '1'))  # tools: --fold

__clips = dict(type='MAFWDataset', data_root=data_root, fold=fold)
train_dataloader = dict(dataset=__clips)
test_dataloader = dict(dataset=__clips)
val_dataloader = test_dataloader
video = dict(window=dict(seconds=3.0))
