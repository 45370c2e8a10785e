import numpy as np
import pytest
import torch

from tgdfer_mm.evaluation.frame_sources import (
    SOURCES,
    PredictedClip,
    change_energy,
    frame_values,
)


def clip(label=0, frames=None, **sample):
    sample = {'clip': 'a', 'frame_inds': np.arange(8), **sample}
    return PredictedClip(sample, frames, label, 2)


def test_instances_of_several_frames():
    assert frame_values(np.array([1, 2]), 7, 4).tolist() == [1, 1, 1, 1, 2, 2, 2]
    scores = torch.tensor([[0.2, 0.8], [0.6, 0.4]])
    sample = dict(instance_scores=scores, frames_per_instance=4, num_valid=7)
    got = SOURCES['instance_scores'](clip(label=1, **sample))
    np.testing.assert_allclose(got, [0.8] * 4 + [0.4] * 3)


@pytest.mark.parametrize('source', ['relevance', 'attention'])
@pytest.mark.parametrize(('valid', 'g'), [(8, 1), (5, 1), (5, 4), (1, 1)])
def test_shares_are_multiples_of_a_uniform_share(source, valid, g):
    instances = -(-valid // g)
    share = torch.zeros(8 // g)
    share[:instances] = 1 / instances
    field = share[:, None].expand(-1, 2) if source == 'relevance' else share
    sample = {source: field, 'num_valid': valid, 'frames_per_instance': g}
    np.testing.assert_allclose(SOURCES[source](clip(**sample)), np.ones(valid))
    assert SOURCES['uniform'](clip(**sample)).tolist() == [1] * valid


def test_attention_is_of_no_class():
    weights = torch.rand(8).softmax(0)
    got = [SOURCES['attention'](clip(label, attention=weights)) for label in (0, 1)]
    np.testing.assert_array_equal(*got)
    assert got[0].argmax() == weights.argmax()


def test_change_energy_by_hand():
    frames = torch.tensor([0.0, 1.0, 1.0, 4.0])[:, None, None, None].expand(4, 3, 2, 2)
    assert change_energy(frames).tolist() == [1.0, 0.5, 4.5, 9.0]
    np.testing.assert_allclose(change_energy(frames.flip(0)), [9.0, 4.5, 0.5, 1.0])
    assert change_energy(frames[:1]).tolist() == [0.0]
    still = torch.full((3, 3, 2, 2), 200, dtype=torch.uint8)
    still[1] = 0  # bytes would wrap
    assert change_energy(still).tolist() == [40000.0] * 3


def test_padded_frames_do_not_change():
    frames = torch.zeros(8, 3, 2, 2)
    frames[5:] = 9
    got = SOURCES['frame_difference'](clip(frames=frames, num_valid=5))
    assert got.tolist() == [0.0] * 5


@pytest.mark.parametrize(
    ('source', 'sample', 'message'),
    [
        ('attention', {}, 'clip a: the prediction has no `attention`'),
        (
            'attention',
            dict(attention=torch.ones(8, 2)),
            r'shape \(8, 2\), expected \(8',
        ),
        (
            'relevance',
            dict(relevance=torch.ones(8)),
            r'shape \(8,\), expected \(8, 2\)',
        ),
        ('relevance', dict(relevance=torch.ones(4, 2)), r'expected \(8, 2\) for 8 fra'),
    ],
)
def test_bad_predictions_are_named(source, sample, message):
    with pytest.raises(ValueError, match=message):
        SOURCES[source](clip(**sample))
    nameless = PredictedClip(dict(clip='a', **sample), None, 0, 2)
    with pytest.raises(ValueError, match='no `(frame_inds|attention)`'):
        SOURCES[source](nameless)
