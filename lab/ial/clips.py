"""Drawn clips with strong or weak expressions, and their maps from a frozen tower."""

from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from mmengine.config import ConfigDict
from torch import Tensor, nn

from lab.pfvit.study import frozen_model
from projects.pfvit.drawn_clips import TOWER_SIZE
from projects.pfvit.reading import read_clips
from tgdfer_mm.synth.clips import EMOTIONS as CLASSES
from tgdfer_mm.synth.clips import Clip, make_clip

MAP = (256, 4, 4)  # channels of the tower's third stage


class Clips(NamedTuple):
    """Clips, each person with each class in turn.

    Attributes:
        maps: Maps of the frames from the tower's third stage, (N, T, C, S, S).
        label: Index of the class in ``CLASSES``, (N,).
        strength: Factor of the clip's own expression, (N,).
        intensity: Intensity of that expression in each frame, (N, T), 0 to 1.
    """

    maps: Tensor
    label: Tensor
    strength: Tensor
    intensity: Tensor


class _Pictures(NamedTuple):
    frames: np.ndarray


def weaken(clip: Clip, strength: float) -> Clip:
    """The same clip with its labelled expression at a share of its strength.

    Other movements are not changed.
    """
    own = tuple(
        replace(m, intensity=strength * m.intensity) if m.emotion == clip.label else m
        for m in clip.movements
    )
    return replace(clip, movements=own, intensity=strength * clip.intensity)


def draw(
    seed: int, people: range, frames: int, strengths: tuple[float, float]
) -> Clips:
    """Draws a clip of every class for every person, and reads it.

    Args:
        seed: Seed of people, clips and strengths.
        people: Numbers of the people.
        frames: T, the number of frames, spread evenly over a clip.
        strengths: Smallest and largest strength, drawn uniformly.
    """
    rng = np.random.default_rng([seed, people.start])
    pictures, labels, drawn, curves = [], [], [], []
    for person in people:
        for label, name in enumerate(CLASSES):
            strength = float(rng.uniform(*strengths))
            number = person * len(CLASSES) + label
            clip = weaken(make_clip(seed, number, name, person), strength)
            places = np.linspace(0, len(clip) - 1, frames).round().astype(int)
            pictures.append(np.stack([clip.draw(i, TOWER_SIZE) for i in places]))
            labels.append(label)
            drawn.append(strength)
            curves.append(clip.intensity[places])
    reading = read_clips(_tower(), _Pictures(np.stack(pictures)), 'layer3')
    return Clips(
        reading.features[..., : reading.map_channels].unflatten(-1, MAP),
        torch.tensor(labels),
        torch.tensor(drawn),
        torch.from_numpy(np.stack(curves)).float(),
    )


@cache
def _tower() -> nn.Module:
    return frozen_model(ConfigDict(recognizer='lab/configs/ablations/full.py'))
