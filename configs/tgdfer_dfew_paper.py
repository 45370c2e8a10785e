# TG-DFER on DFEW with every part that the paper's abstract names: labels enriched by
# visual prompts take the place of the resting face. docs/method.md says why the default
# is another one.
_base_ = './tgdfer_dfew.py'

model = dict(
    neck=dict(_delete_=True, type='VisualPromptNeck', in_channels=512, spread=True)
)
