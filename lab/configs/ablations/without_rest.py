# The full model whose instances are not read against the face at rest.
_base_ = './full.py'

model = dict(
    neck=dict(
        _delete_=True,
        type='RelevanceNeck',
        temperature=0.05,
        spread=True,
        learn_temperature=True,
    )
)
