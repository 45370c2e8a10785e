# A short demo for tools/run_folds.py: a quarter of the clips, no relevance, no
# pictures, and no second training. About 40 s for each fold on two cores; the results
# only show that everything runs.
_base_ = 'tgdfer_demo.py'

small = dict(data_root='data/synth_dfew_small', clips_per_class=4)

train_dataloader = dict(dataset=small)
val_dataloader = dict(dataset=small)
test_dataloader = dict(dataset=small)
val_evaluator = [dict(type='DFERMetric')]
test_evaluator = val_evaluator
default_hooks = dict(explain=dict(num=0))
custom_hooks = []
