# eNTERFACE'05, faces cut out by `tgdfer data faces`, 16 frames of a clip at 224 pixels.
_base_ = 'acted_faces.py'
data_root = __import__('os').environ.get('ENTERFACE05_ROOT', 'data/eNTERFACE05')
fold = int(__import__('tgdfer_mm').setting('FOLD', '1'))  # tools: --fold

__clips = dict(type='ENTERFACE05Dataset', data_root=data_root, fold=fold)
train_dataloader = dict(dataset=__clips)
test_dataloader = dict(dataset=__clips)
val_dataloader = test_dataloader
video = dict(window=dict(seconds=3.0))
