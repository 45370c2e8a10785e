"""The shipped models on three drawn clips give the numbers that they gave before.

The clips lie in ``tests/data/golden_clips.npz`` as pixels, so that neither a drawing
library nor a decoder has a say; the numbers lie in ``tests/data/golden.json``. If what
the models compute was changed on purpose, this rewrites the numbers (and draws the
clips where there are none)::

    python tests/models/test_golden.py
"""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from mmengine.registry import init_default_scope

import tgdfer_mm
from tgdfer_mm.engine.checkpoint import load_from_local
from tgdfer_mm.paths import config_dir
from tgdfer_mm.registry import MODELS

DATA = Path(__file__).parents[1] / 'data'
CLIPS, NUMBERS = DATA / 'golden_clips.npz', DATA / 'golden.json'
WEIGHTS = Path(tgdfer_mm.__file__).parent / 'weights'
# The labels of the clips, and how many frames they have.
DRAWN = {'happy': 16, 'angry': 7, 'surprise': 1}
FIELDS = ('pred_score', 'relevance', 'instance_scores')


def build(name):
    """``start``: the vision-language model alone; ``demo``: trained from it."""
    model = MODELS.build(Config.fromfile(Path(config_dir(), 'tgdfer_demo.py')).model)
    if name == 'start':
        model.init_weights()
    else:
        checkpoint = load_from_local(WEIGHTS / 'tgdfer_demo.safetensors', 'cpu')
        model.load_state_dict(checkpoint['state_dict'])
    return model.eval()


@torch.no_grad()
def judge(model):
    """Of each clip the numbers of its valid frames."""
    with np.load(CLIPS) as clips:
        frames = {label: clips[label] for label in DRAWN}
    inputs, samples = [], []
    for pictures in frames.values():
        shown = np.minimum(np.arange(16), len(pictures) - 1)  # the last, repeated
        inputs.append(torch.from_numpy(pictures[shown]).permute(0, 3, 1, 2))
        samples.append(ActionDataSample(metainfo=dict(num_valid=len(pictures))))
    found = model.test_step(dict(inputs=inputs, data_samples=samples))
    return {
        label: {
            'pred_score': sample.pred_score,
            'relevance': sample.relevance[sample.instance_mask],
            'instance_scores': sample.instance_scores[sample.instance_mask],
        }
        for label, sample in zip(frames, found, strict=True)
    }


@pytest.mark.parametrize('name', ['start', 'demo'])
def test_scores_relevance_and_instance_scores(name):
    golden = json.loads(NUMBERS.read_text(encoding='utf-8'))[name]
    found = judge(build(name))
    assert golden.keys() == found.keys()
    for label, numbers in found.items():
        for field in FIELDS:
            expected = torch.tensor(golden[label][field])
            torch.testing.assert_close(
                numbers[field], expected, rtol=0, atol=1e-4, msg=f'{label}: {field}'
            )


def test_the_trained_model_names_the_clips():
    """What makes the numbers worth keeping: they are those of a model that works."""
    golden = json.loads(NUMBERS.read_text(encoding='utf-8'))['demo']
    classes = build('demo').text_encoder.classes
    for label, numbers in golden.items():
        assert classes[int(np.argmax(numbers['pred_score']))] == label


def draw():
    """Frames of drawn clips, of the longest evenly over the clip."""
    from tgdfer_mm.synth import make_clip

    clips = {}
    for number, (label, count) in enumerate(DRAWN.items()):
        clip = make_clip(seed=11, number=number, label=label, person=number)
        apex = int(np.argmax(clip.intensity))
        spread = np.linspace(0, len(clip.intensity) - 1, 16).round()
        near = apex + np.arange(count) - count // 2
        chosen = spread if count == 16 else near
        clips[label] = np.stack([clip.draw(int(i), 64) for i in chosen])
    np.savez_compressed(CLIPS, **clips)


def write():
    """Rewrites the numbers; see above."""
    init_default_scope('mmaction')
    DATA.mkdir(exist_ok=True)
    if not CLIPS.exists():
        draw()
    numbers = {
        name: {
            label: {field: np.round(x.tolist(), 6).tolist() for field, x in own.items()}
            for label, own in judge(build(name)).items()
        }
        for name in ('start', 'demo')
    }
    NUMBERS.write_text(json.dumps(numbers) + '\n', encoding='utf-8')


if __name__ == '__main__':
    write()
