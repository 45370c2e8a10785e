# RAVDESS, faces cut out by `tgdfer data faces`, 16 frames of a clip at 224 pixels.
_base_ = 'acted_faces.py'
data_root = __import__('os').environ.get('RAVDESS_ROOT', 'data/RAVDESS')
fold = int(__import__('tgdfer_mm').setting('FOLD', '1'))  # tools: --fold

__clips = dict(type='RAVDESSDataset', data_root=data_root, fold=fold)
train_dataloader = dict(dataset=__clips)
test_dataloader = dict(dataset=__clips)
val_dataloader = test_dataloader
video = dict(window=dict(seconds=3.5))
