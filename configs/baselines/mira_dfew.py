# MiRA (ECCV 2026) on DFEW: ViT-B over 16 frames at 224 pixels, the attention of its
# last blocks is moved between the eight time steps. See docs/baselines.md. The authors'
# fine-tuned files fill the whole model, with the number of re-weighted blocks in the
# file; their pre-trained files fill the tower: python tools/convert_checkpoint.py FILE
# weights/mira_dfew_fold1.safetensors \ --config configs/baselines/mira_dfew.py --fold 1
# The schedule is that of the stock networks [choice].
_base_ = [
    '../_base_/datasets/dfew_ncthw.py',
    '../_base_/schedules/adamw_50e_stock.py',
    '../_base_/default_runtime.py',
]

model = dict(
    type='Recognizer3D',
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape='NCTHW',
    ),
    backbone=dict(
        type='FrameReweighting',
        tower=dict(
            type='VisionTransformer',
            img_size={{_base_.image_size}},
            num_frames={{_base_.num_frames}},
        ),
        num_frames=8,  # of two frames each
        input_format='NCTHW',
        reweighting=dict(type='LightReweighting'),
        blocks=1,
    ),
    cls_head=dict(
        type='TimeSformerHead', num_classes=7, in_channels=768, average_clips='prob'
    ),
)
