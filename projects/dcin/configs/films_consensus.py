# The same, with captions of parts of the film as a second view in training.
_base_ = 'films.py'

model = dict(
    type='ConsensusRecognizer',
    consensus=dict(type='ConsensusLoss', loss_weight=0.5),
)
