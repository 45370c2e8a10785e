_base_ = [
    '_base_/models/tgdfer_clip-vit-base-p16.py',
    '_base_/datasets/dfew.py',
    '_base_/schedules/sgd_50e.py',
    '_base_/default_runtime.py',
]
