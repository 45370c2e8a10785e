# TG-DFER that also reads words about its clips [from DEVA]. The small text tower
# has two blocks, so two depths; the descriptions come with the clips.
_base_ = '../ablations/full.py'

model = dict(
    type='DescribedRecognizer',
    text_encoder=dict(type='OpenCLIPDescriptions', taps=2),
    neck=dict(
        _delete_=True,
        type='DescriptionFusionNeck',
        in_channels=128,
        text_channels=128,
        taps=2,
        heads=4,
        neck={{_base_.model.neck}},
    ),
)
