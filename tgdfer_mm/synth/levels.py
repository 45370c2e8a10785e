"""Levels of difficulty of the SynthDFER benchmark; data in ``levels.json``."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from .clips import EMOTIONS

# The clips of the demo, from `make_clip`, which are older than the benchmark's levels.
DEMO = 'demo'


@cache
def _content() -> dict:
    path = Path(__file__).with_name('levels.json')
    return json.loads(path.read_text(encoding='utf-8'))


# Class -> the two emotions in their order. The two classes of a pair have the same
# frames in reverse order, so only the order distinguishes them. None is a face at rest.
DYNAMICS: dict[str, tuple[str | None, str | None]] = {
    name: tuple(pair) for name, pair in _content()['orders'].items()
}


@dataclass(frozen=True)
class Level:
    """One level of difficulty.

    Attributes:
        name: Its key in ``levels.json``.
        label_set: ``dfew`` (seven emotions) or ``synth_dynamics`` (six orders).
        apex_share: Smallest and largest share of a clip that shows the label.
        distractors: Smallest and largest number of other emotions in a clip.
        distractor_strength: Their smallest and largest intensity; they are always
            shorter than the apex.
        nuisance: Factor of pose, light, blur and noise.
        occlusion: Share of the clips in which an object covers a part of the face.
        jpeg_quality: Smallest and largest quality of a clip's JPEG files.
    """

    name: str
    distractors: tuple[int, int]
    distractor_strength: tuple[float, float]
    nuisance: float
    occlusion: float
    jpeg_quality: tuple[int, int]
    apex_share: tuple[float, float] = (0.0, 0.0)
    label_set: str = 'dfew'

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names, in label order."""
        return EMOTIONS if self.label_set == 'dfew' else tuple(DYNAMICS)


def level_names() -> tuple[str, ...]:
    """The demo's level and those of the benchmark."""
    return (DEMO, *_content()['levels'])


@cache
def load_level(name: str) -> Level:
    """A level of the benchmark.

    Raises:
        ValueError: If there is no such level.
    """
    levels = _content()['levels']
    if name not in levels:
        raise ValueError(f'unknown level {name!r}; there are {list(levels)}')
    values = {
        k: tuple(v) if isinstance(v, list) else v for k, v in levels[name].items()
    }
    return Level(name=name, **values)


def sample_length(rng: np.random.Generator, lengths: str) -> int:
    """Number of frames of a clip, drawn as in a real benchmark.

    Between the known quantiles the distribution is assumed to be uniform.

    Args:
        rng: Random generator.
        lengths: ``ferv39k``, ``dfew`` or ``mafw``.
    """
    share, frames = zip(*_content()['lengths'][lengths], strict=True)
    return int(np.interp(rng.random(), share, frames).round())


def length_names() -> tuple[str, ...]:
    """The benchmarks whose lengths are known."""
    return tuple(_content()['lengths'])


def class_shares(imbalance: str) -> dict[str, float]:
    """Clips of each class relative to the most frequent one, 0..1.

    Raises:
        ValueError: If there is no such imbalance.
    """
    known = _content()['imbalance']
    if imbalance not in known:
        raise ValueError(f'unknown imbalance {imbalance!r}; there are {list(known)}')
    counts = known[imbalance]
    return {name: n / max(counts.values()) for name, n in counts.items()}
