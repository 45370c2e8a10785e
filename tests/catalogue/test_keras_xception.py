"""mini-Xception's HDF5 file becomes ours, and computes what Keras computes."""

import h5py
import numpy as np
import pytest
import torch

from tgdfer_mm.catalogue.keras_xception import read_keras
from tgdfer_mm.models import MiniXception
from tgdfer_mm.video.errors import InputError

from .xception_file import keras_logits, random_weights, write_hdf5


@pytest.fixture(scope='module')
def weights():
    return random_weights()


def filled(state):
    """The network with converted weights, every one of which is needed."""
    network = MiniXception()
    tensors = {name: torch.from_numpy(value) for name, value in state.items()}
    found = network.load_state_dict(tensors, strict=False)
    assert not found.unexpected_keys
    assert all(name.endswith('batches_tracked') for name in found.missing_keys)
    return network


def test_converted_weights_give_the_logits_of_the_original_arithmetic(weights):
    pictures = np.random.default_rng(1).uniform(-1, 1, (2, 64, 64, 1))
    expected = keras_logits(weights, pictures)
    # In double precision, so that only the order of the sums is rounded.
    network = filled(read_keras(write_hdf5(weights))).double()
    found = network.run(torch.from_numpy(pictures).permute(0, 3, 1, 2))
    assert np.ptp(expected, axis=1).min() > 0.1  # the classes do differ
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-9, atol=1e-8)


def test_all_58_423_weights_are_taken(weights):
    assert sum(v.size for v in read_keras(write_hdf5(weights)).values()) == 58_423


@pytest.mark.parametrize('layer', ['conv2d_4', 'batch_normalization_9'])
def test_a_file_without_a_layer_is_refused_by_its_name(weights, layer):
    less = {key: value for key, value in weights.items() if key[0] != layer}
    with pytest.raises(InputError, match=layer):
        read_keras(write_hdf5(less))


def test_what_is_no_hdf5_file_is_refused():
    with pytest.raises(InputError, match='not an HDF5 file of mini-Xception'):
        read_keras(b'no such thing')


def test_nothing_but_the_weights_is_read(weights, monkeypatch):
    looked = []
    plain = h5py.Group.__getitem__

    def watched(group, name):
        looked.append(f'{group.name}/{name}'.replace('//', '/'))
        return plain(group, name)

    monkeypatch.setattr(h5py.Group, '__getitem__', watched)
    read_keras(write_hdf5(weights))
    assert looked and {name.split('/')[1] for name in looked} <= {'', 'model_weights'}
