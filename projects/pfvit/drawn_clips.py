"""Drawn clips, each frame together with the same frame at rest, which no video has."""

from collections.abc import Iterable
from typing import NamedTuple

import cv2
import numpy as np

from tgdfer_mm.synth.clips import EMOTIONS, make_clip
from tgdfer_mm.synth.face import render_face

NEUTRAL = EMOTIONS.index('neutral')
APEX = 0.5  # the lowest intensity of an expressive frame
TOWER_SIZE = 64  # pixels


class DrawnClips(NamedTuple):
    """Clips of several people; each person shows each emotion once.

    Attributes:
        frames: The frames as a camera would see them, (N, T, 64, 64, 3), uint8 RGB.
        at_rest: The same person, pose and light without any expression, as ``frames``.
        intensity: Of the clip's emotion in each frame, (N, T), 0 to 1.
        label: Index of the emotion in ``EMOTIONS``, (N,).
        person: (N,).
    """

    frames: np.ndarray
    at_rest: np.ndarray
    intensity: np.ndarray
    label: np.ndarray
    person: np.ndarray

    @property
    def expressive(self) -> np.ndarray:
        """True where the clip's emotion shows, (N, T); never in a neutral clip."""
        return self.intensity >= APEX

    def emotion(self) -> np.ndarray:
        """The emotion that each frame shows, (N, T); -1 where it is not clear."""
        label = self.label[:, None]
        shown = self.expressive | (label == NEUTRAL)
        return np.where(shown, label, -1)


def draw_clips(seed: int, people: Iterable[int], frames: int = 8) -> DrawnClips:
    """Draws clips of some people; the same arguments give the same clips.

    Args:
        seed: Seed of the people and of the clips.
        people: Numbers of the people.
        frames: T, the number of frames, sampled evenly.
    """
    fields = []
    for person in people:
        for label, emotion in enumerate(EMOTIONS):
            number = person * len(EMOTIONS) + label
            clip = make_clip(seed, number, emotion, person)
            places = np.linspace(0, len(clip) - 1, frames).round().astype(int)
            rest = [
                render_face(clip.identity, {}, clip.nuisances[i], TOWER_SIZE)
                for i in places
            ]
            seen = [clip.draw(i, TOWER_SIZE) for i in places]
            fields.append((seen, rest, clip.intensity[places], label, person))
    return DrawnClips(*(np.array(field) for field in zip(*fields, strict=True)))


def shrink(frames: np.ndarray, size: int) -> np.ndarray:
    """(N, T, H, W, 3), uint8 -> (N, T, 3, size, size), float32, 0 to 1."""
    small = [
        cv2.resize(frame, (size, size), interpolation=cv2.INTER_AREA)
        for frame in frames.reshape(-1, *frames.shape[2:])
    ]
    small = np.stack(small).reshape(*frames.shape[:2], size, size, 3)
    return np.ascontiguousarray(small.transpose(0, 1, 4, 2, 3), np.float32) / 255
