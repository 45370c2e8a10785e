# The base in few steps.
_base_ = './few_steps.py'

texts = 'synth_dynamics_names' if _base_.dynamics else 'synth_names'
model = dict(
    text_encoder=dict(descriptions=texts, learnable=False),
    neck=dict(_delete_=True, type='RelevanceNeck', temperature=0.05),
    cls_head=dict(
        temporal=dict(_delete_=True, type='transformer'),
        pooling='mean',
        video_pooling='query',
    ),
)
