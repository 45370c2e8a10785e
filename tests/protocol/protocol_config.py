_base_ = '../engine/standin_config.py'
custom_imports = dict(imports=['tgdfer_mm', 'standin', 'protocol_runs'])

fold = int(__import__('tgdfer_mm').setting('FOLD', '1'))
train_dataloader = dict(num_workers=0, dataset=dict(fold=fold, subset='train', size=8))
val_dataloader = dict(dataset=dict(fold=fold, subset='test'))
test_dataloader = val_dataloader
val_evaluator = dict(_delete_=True, type='DFERMetric')
test_evaluator = val_evaluator
train_cfg = dict(max_epochs=3)
default_hooks = dict(
    selection=dict(type='SelectionHook', metric='dfer/UAR', val_part=0.25)
)
selection = 'last'
custom_hooks = [dict(type='TroubleHook')]
