# The same, with captions of its stretches as a second view in training.
_base_ = 'films.py'

model = dict(
    type='ConsensusRecognizer',
    consensus=dict(type='ConsensusLoss', loss_weight=0.5),
)
