# All of FERV39k, with the results of each scene.
_base_ = 'tgdfer_ferv39k.py'

val_evaluator = dict(type='GroupedDFERMetric', group_by='scene')
test_evaluator = val_evaluator
