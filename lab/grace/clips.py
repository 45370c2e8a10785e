"""Drawn clips with times and places of the expression, which no video gives."""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from tgdfer_mm.synth.benchmark_clips import make_benchmark_clip
from tgdfer_mm.synth.captions import caption_clip
from tgdfer_mm.synth.clips import APEX_THRESHOLD, Clip
from tgdfer_mm.synth.levels import load_level

from .tower import GRID, SIZE


class DrawnClips(NamedTuple):
    """N clips of T frames.

    Attributes:
        frames: (N, T, 64, 64, 3), uint8 RGB.
        label: Index of the emotion in the level's classes, (N,).
        shown: True where a frame shows the clip's emotion, (N, T); never in a neutral
            clip.
        change: Change of each patch by the movements of the face, mean grey levels, (N,
            T, P); zeros if it was not asked for.
        captions: A caption of each clip, see
            :func:`~tgdfer_mm.synth.captions.caption_clip`.
    """

    frames: np.ndarray
    label: np.ndarray
    shown: np.ndarray
    change: np.ndarray
    captions: dict[str, str]


def draw_clips(
    level: str,
    seed: int,
    numbers: Iterable[int],
    people: Iterable[int],
    frames: int,
    truth: bool = False,
) -> DrawnClips:
    """Draws clips, classes in turn; the same arguments give the same clips.

    Args:
        level: Level of SynthDFER.
        seed: Seed of people and clips.
        numbers: Numbers of the clips.
        people: Numbers of the people, in turn.
        frames: T, the number of frames, sampled evenly.
        truth: True to draw ``change``, too, which takes twice the time.
    """
    rules, people = load_level(level), list(people)
    rows, captions = [], {}
    for number in numbers:
        label = number % len(rules.classes)
        person = people[number // len(rules.classes) % len(people)]
        clip = make_benchmark_clip(rules, seed, number, rules.classes[label], person)
        places = np.linspace(0, len(clip) - 1, frames).round().astype(int)
        seen = np.stack([clip.draw(int(i), SIZE) for i in places])
        change = np.zeros((frames, GRID**2), np.float32)
        if truth:
            change = patch_means(np.abs(seen - _at_rest(clip, places)))
        rows.append((seen, label, clip.intensity[places] >= APEX_THRESHOLD, change))
        captions[str(number)] = caption_clip(clip, (seed, number))
    return DrawnClips(*(np.stack(x) for x in zip(*rows, strict=True)), captions)


def _at_rest(clip: Clip, places: np.ndarray) -> np.ndarray:
    """The frames without any movement of the face, as floating point."""
    still = replace(clip, movements=(), blink=np.zeros(len(clip)))
    return np.stack([still.draw(int(i), SIZE) for i in places]).astype(np.float32)


def patch_means(change: np.ndarray) -> np.ndarray:
    """(T, H, W, 3) -> the mean of each patch of the tower's grid, (T, P)."""
    edges = np.linspace(0, change.shape[1], GRID + 1).round().astype(int)
    rows = np.add.reduceat(change.mean(-1), edges[:-1], axis=1)
    total = np.add.reduceat(rows, edges[:-1], axis=2)
    area = np.diff(edges)[:, None] * np.diff(edges)
    return (total / area).reshape(len(change), -1).astype(np.float32)
