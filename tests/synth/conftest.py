"""Data sets of every layout, with plain pictures that need no drawing."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from tgdfer_mm.synth import tree
from tgdfer_mm.synth.clips import APEX_THRESHOLD


def flat_clip(seed, number, label, person):
    """Stands in for `make_clip`: as many plain frames as no other clip has."""
    length = 3 + number % 5
    rng = np.random.default_rng([seed, number])
    colour = rng.integers(40, 200, 3)

    def frames(size):
        return (np.full((size, size, 3), colour + t, np.uint8) for t in range(length))

    curve = np.zeros(length)
    curve[1 : 2 if label != 'neutral' else 1] = APEX_THRESHOLD + 0.2
    return SimpleNamespace(frames=frames, intensity=curve, jpeg_quality=95)


@pytest.fixture(autouse=True)
def _one_thread(_mmaction_scope):
    torch.set_num_threads(1)  # these models are too small to share


@pytest.fixture
def flat_clips(monkeypatch):
    """Trees written in this test hold flat pictures."""
    monkeypatch.setattr(tree, 'make_clip', flat_clip)


@pytest.fixture(scope='session')
def trees(tmp_path_factory):
    """Data roots by layout: 35 flat clips of 32 pixels each, videos included."""
    roots = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tree, 'make_clip', flat_clip)
        for layout in ('dfew', 'ferv39k', 'mafw'):
            roots[layout] = tmp_path_factory.mktemp('synth') / layout
            spec = tree.SynthSpec(layout, size=32, clips_per_class=1, videos=True)
            tree.ensure_tree(roots[layout], spec, workers=1, report=lambda line: None)
    return roots
