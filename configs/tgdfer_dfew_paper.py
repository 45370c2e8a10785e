# TG-DFER on DFEW with every part that the paper's abstract names: labels enriched by
# visual prompts replace the resting face. docs/method.md has the reasons for another
# default.
_base_ = './tgdfer_dfew.py'

model = dict(neck=dict(type='VisualPromptNeck', gamma=0.0, ffn_ratio=4))
