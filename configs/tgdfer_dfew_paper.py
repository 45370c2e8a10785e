# TG-DFER on DFEW with every part that the paper's abstract names: labels enriched by
# visual prompts replace the resting face. docs/method.md has the reasons for another
# default.
_base_ = './tgdfer_dfew.py'

model = dict(
    neck=dict(_delete_=True, type='VisualPromptNeck', in_channels=512, spread=True)
)
