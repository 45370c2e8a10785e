# One of FERV39k's four scenarios alone, with the results of each of its scenes. The
# environment variable TGDFER_SCENARIO chooses it: TGDFER_SCENARIO=anomaly_issues.
_base_ = 'tgdfer_ferv39k_by-scene.py'

scenario = __import__('tgdfer_mm').setting('SCENARIO', 'daily_life')
work_dir = f'work_dirs/tgdfer_ferv39k_{scenario}'

train_dataloader = dict(dataset=dict(scenario=scenario))
val_dataloader = train_dataloader
test_dataloader = train_dataloader
