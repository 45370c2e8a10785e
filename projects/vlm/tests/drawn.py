"""Drawn clips, models that read the words of a question, and whole commands on them."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config

from projects.vlm.command import main
from projects.vlm.tests.fake_model import FakeModel, serving
from tgdfer_mm.synth.action_units import emotion_prototypes
from tgdfer_mm.synth.clips import Clip
from tgdfer_mm.synth.tree import SynthSpec, ensure_tree


def write_config(folder: Path, clips_per_class: int = 1) -> Path:
    """A config of drawn clips, with a number of test clips for each class and fold.

    No model of these tests looks at the pictures: they are noise, which costs nothing,
    but no two are alike, since the same question is asked once.
    """
    rng = np.random.default_rng(0)

    def noise(clip: Clip, frame: int, size: int) -> np.ndarray:
        return rng.integers(256, size=(size, size, 3), dtype=np.uint8)

    spec = SynthSpec(size=32, clips_per_class=clips_per_class)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Clip, 'draw', noise)
        ensure_tree(folder / 'clips', spec, workers=1, report=lambda line: None)
    node = dict(
        type='SynthDFEWDataset',
        data_root=str(folder / 'clips'),
        size=32,
        clips_per_class=clips_per_class,
    )
    path = folder / 'drawn.py'
    Config(
        dict(
            default_scope='mmaction',
            test_dataloader=dict(dataset=dict(node, subset='test', fold=1)),
        )
    ).dump(path)
    return path


def text_of(body: dict) -> str:
    """The words of a question."""
    return body['messages'][1]['content'][-1]['text']


@cache
def prototypes() -> list[tuple[str, dict]]:
    """Class and movements of each prototype."""
    return [
        (name, units) for name, some in emotion_prototypes().items() for units in some
    ]


def nearest(body: dict) -> tuple[str, str]:
    """An oracle: it reads the movements in the question, and no picture."""
    said = text_of(body).partition('Measured movements: ')[2].partition('\n')[0]
    units = dict(part.split(' ')[:2] for part in said.split('; ') if part[:2] == 'AU')
    units = {name: float(value) for name, value in units.items()}

    def distance(known: dict) -> float:
        names = {*known, *units} - {'AU45'}
        return sum((known.get(n, 0) - units.get(n, 0)) ** 2 for n in names)

    name = min(prototypes(), key=lambda row: distance(row[1]))[0]
    return json.dumps(dict(emotion=name)), 'stop'


def happy(body: dict) -> tuple[str, str]:
    """Gives the same answer for all clips."""
    return 'happy', 'stop'


def ask(config, out, model: FakeModel, *options, call=main) -> tuple[int, dict | None]:
    """Runs a whole command; returns its exit code and its ``result.json``."""
    with serving(model) as address:
        code = call(
            [
                *(str(config), '--address', address, '--model', 'fake'),
                *('--out', str(out), '--frames', '2', *options),
            ]
        )
    path = out / 'result.json'
    return code, json.loads(path.read_text()) if path.is_file() else None
