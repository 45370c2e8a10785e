"""Trainings with the true sound of the clips, with another one and without."""

from pathlib import Path

import torch
from mmaction.structures import ActionDataSample
from torch import Tensor

from lab.deva.drawn import Drawn
from lab.deva.study import Study, balanced_accuracy, fit, recognizer_config
from tgdfer_mm.datasets.transforms import AttachSound
from tgdfer_mm.files import read_json
from tgdfer_mm.registry import MODELS
from tgdfer_mm.sound.moments import MEASURES
from tgdfer_mm.synth.benchmark_clips import make_benchmark_clip
from tgdfer_mm.synth.levels import load_level
from tgdfer_mm.synth.voice import clip_sound

PLAN = Path(__file__).with_name('plan.json')
Heard = list[
    tuple[Tensor, Tensor]
]  # values of each clip (T, C), and True where they are known (T,)


def read_plan() -> dict:
    """Reads the plan."""
    return read_json(PLAN, 'arms', 'settings')


class Clips:
    """Drawn clips whose samples may have sound.

    Args:
        drawn: The clips.
    """

    def __init__(self, drawn: Drawn) -> None:
        self.features, self.label = drawn.features, drawn.label
        self._drawn = drawn

    def __len__(self) -> int:
        return len(self._drawn)

    def samples(self, heard: Heard | None, rows: list[int]) -> list[ActionDataSample]:
        """Data samples of some clips; `heard` has the sound of all clips."""
        found = self._drawn.samples(None, rows)
        for sample, row in zip(found, rows, strict=True):
            if heard is not None:
                sample.set_field(heard[row][0], 'heard')
                sample.set_field(heard[row][1], 'heard_mask')
        return found


class SoundStudy(Study):
    """The study of :mod:`lab.deva.study`, with sound instead of descriptions.

    Args:
        kwargs: As for :class:`lab.deva.study.Study`.
    """

    def train(self, arm: str, setting: dict, seed: int) -> dict:
        """Trains and tests, see :meth:`perform`."""
        plan, about = self.plan, self.plan['arms'][arm]
        train, test = map(Clips, self.people(seed))
        heard = [None, None]
        cfg = recognizer_config('sound/heard' if 'sound' in about else None)
        if 'sound' in about:
            counts, of = plan['people'], setting['heard']
            people = (
                range(counts['train']),
                range(counts['train'], counts['train'] + counts['test']),
            )
            heard = [
                hear(drawn, plan['level'], seed, own, about['sound'], of)
                for drawn, own in zip(self.people(seed), people, strict=True)
            ]
            cfg.model.neck.sound_channels = MEASURES[of][1]
            rates = cfg.optim_wrapper.paramwise_cfg.custom_keys
            rates['neck.encoder'] = dict(lr_mult=float(setting['encoder_rate']))
            rates['neck.gate'] = dict(lr_mult=float(setting['gate_rate']))
        torch.manual_seed(seed)
        model = MODELS.build(cfg.model)
        model.init_weights()
        fit(model, cfg, setting, train, heard[0], plan)
        uar = balanced_accuracy(model, test, heard[1])
        gates = [float(model.neck.gate[0])] if 'sound' in about else []
        return dict(UAR=uar, gates=gates)


def hear(
    drawn: Drawn, level: str, seed: int, people: range, kind: str, of: str
) -> Heard:
    """Sound of drawn clips at their sampled frames.

    Args:
        drawn: The clips.
        level: Level of SynthDFER.
        seed: Seed of the people and of the clips.
        people: Numbers of the people.
        kind: ``'true'`` or ``'other'``, see :func:`~tgdfer_mm.synth.voice.clip_sound`.
        of: As for ``AttachSound``.
    """
    attach, facts, found = AttachSound(of=of), load_level(level), []
    for person in people:
        for label, emotion in enumerate(facts.classes):
            number, row = person * len(facts.classes) + label, len(found)
            clip = make_benchmark_clip(facts, seed, number, emotion, person)
            results = dict(
                clip=str(number),
                frame_inds=drawn.frames[row],
                num_valid=drawn.valid[row],
                total_frames=len(clip),
                sound=clip_sound(clip, (seed, number), kind),
            )
            results = attach(results)
            pair = results['heard'], results['heard_mask']
            found.append(tuple(map(torch.from_numpy, pair)))
    return found
