# FERV39k, aligned face frames, 16 of a clip at 224 pixels.
_base_ = 'face_frames.py'
data_root = __import__('os').environ.get('FERV39K_ROOT', 'data/FERV39k')

__clips = dict(type='FERV39kDataset', data_root=data_root)
train_dataloader = dict(dataset=__clips)
test_dataloader = dict(dataset=__clips)
val_dataloader = test_dataloader
video = dict(window=dict(seconds=2.0))
