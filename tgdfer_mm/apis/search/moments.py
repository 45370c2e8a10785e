"""Finds the moments whose features of frames fit some words best."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from .kept_features import KeptVideo

_BLOCK = 65_536  # frames whose features are in memory in single precision
REST = 0.5  # share of its track's median that is subtracted from a cosine
PASSES = 1  # number of times that scores are averaged with their neighbours
APART = 1.0  # least time between two moments of a face, seconds


@dataclass(frozen=True)
class Moment:
    """A stretch of a face that fits some words.

    Attributes:
        query: Name of the query.
        rank: From 1, the best.
        video: Path of the video.
        track: Number of the face's track in it.
        start: Start of the stretch, seconds.
        end: End of the stretch, seconds.
        time: Time of the frame that fits best, seconds.
        box: Box of the face in that frame: x1, y1, x2, y2 in pixels of the video.
        score: Score by which moments are ranked, see :func:`scores_of`.
        cosine: Cosine of that frame with the words, as the model gives it.
    """

    query: str
    rank: int
    video: Path
    track: int
    start: float
    end: float
    time: float
    box: tuple[float, float, float, float]
    score: float
    cosine: float

    def asdict(self) -> dict:
        """As plain data."""
        return asdict(self) | dict(video=str(self.video), box=list(self.box))


def cosines_of(video: KeptVideo, texts: np.ndarray) -> np.ndarray:
    """The product of each frame with each text, block by block.

    Args:
        video: Kept features of a video, n frames.
        texts: (Q, D) float32.

    Returns:
        (n, Q) float32.
    """
    wanted, found = torch.from_numpy(texts).t(), [np.empty((0, len(texts)), 'f4')]
    for start in range(0, len(video.features), _BLOCK):
        # A copy, since a tensor of a mapped file could not be written to. torch
        # converts half to single precision several times as fast as numpy.
        block = torch.from_numpy(np.array(video.features[start : start + _BLOCK]))
        found.append((block.float() @ wanted).numpy())
    return np.concatenate(found)


def owners_of(videos: Sequence[KeptVideo]) -> np.ndarray:
    """The track of each frame of all videos, (n,); numbers go on over the videos."""
    owners, count = [np.empty(0, np.int64)], 0
    for video in videos:
        track = video.frames['track'].astype(np.int64)
        steps = np.diff(track, prepend=track[:1]) > 0
        owners.append(count + np.cumsum(steps))
        count += int(steps.sum()) + (len(track) > 0)
    return np.concatenate(owners)


def scores_of(
    cosines: np.ndarray, owners: np.ndarray, rest: float = REST, passes: int = PASSES
) -> np.ndarray:
    """Scores that rank the moments [choice; measured in docs/search.md].

    The look of a face fits some words better than others in all its frames. So a share
    of the median over the track is subtracted. Then neighbours are averaged, with
    weights of a half and two quarters, which reduces the noise of single frames.

    Args:
        cosines: Cosines with one text, (n,).
        owners: The track of each frame, (n,), ascending.
        rest: The share.
        passes: Number of times that neighbours are averaged.
    """
    scores = cosines - rest * medians_of(cosines, owners)
    same = owners[1:] == owners[:-1]
    for _ in range(passes):
        step = np.where(same, np.diff(scores), 0.0).astype(scores.dtype)
        scores = scores.copy()
        scores[:-1] += step / 4
        scores[1:] -= step / 4
    return scores


def medians_of(values: np.ndarray, owners: np.ndarray) -> np.ndarray:
    """The lower median of each frame's track, (n,)."""
    if not len(values):
        return values
    order = np.lexsort((values, owners))
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    counts = np.diff(starts, append=len(owners))
    return np.repeat(values[order][starts + (counts - 1) // 2], counts)


def find_moments(
    name: str,
    videos: Sequence[KeptVideo],
    cosines: np.ndarray,
    count: int,
    rest: float = REST,
    passes: int = PASSES,
    apart: float = APART,
) -> list[Moment]:
    """Finds the best moments, at most one of each episode.

    A moment is the stretch around the best frame in which scores are nearer to the best
    score than to the track's median. Frames of that face in the stretch, or less than
    `apart` seconds from it, belong to no other moment.

    Args:
        name: Name of the query.
        videos: Videos with n frames in all.
        cosines: Cosines of these frames, (n,).
        count: Largest number of moments.
        rest: See :func:`scores_of`.
        passes: See there.
        apart: Least time between two moments of a face, seconds.
    """
    owners = owners_of(videos)
    scores = scores_of(cosines, owners, rest, passes)
    middle = medians_of(scores, owners)
    first = np.cumsum([0, *(len(video.frames) for video in videos)])
    left, moments = scores.copy(), []
    while len(moments) < count and len(left):
        best = int(left.argmax())
        if not np.isfinite(left[best]):
            break
        a, b = np.searchsorted(owners, [owners[best], owners[best] + 1])
        which = int(np.searchsorted(first, best, side='right')) - 1
        frames = videos[which].frames[a - first[which] : b - first[which]]
        time = np.asarray(frames['time'])
        peak = scores[best]
        low = scores[a:b] < min(peak, (peak + middle[best]) / 2)
        start, end = _around(low, best - a)
        near = (time >= time[start] - apart) & (time <= time[end] + apart)
        left[a:b][near] = -np.inf
        frame = frames[best - a]
        moments.append(
            Moment(
                name,
                len(moments) + 1,
                videos[which].path,
                int(frame['track']),
                *(round(float(time[i]), 3) for i in (start, end, best - a)),
                tuple(round(float(v), 1) for v in frame['box']),
                round(float(peak), 5),
                round(float(cosines[best]), 5),
            )
        )
    return moments


def _around(low: np.ndarray, place: int) -> tuple[int, int]:
    """First and last place of the run without a low score around a place."""
    before, behind = np.flatnonzero(low[:place]), np.flatnonzero(low[place:])
    start = int(before[-1]) + 1 if len(before) else 0
    return start, place + int(behind[0]) - 1 if len(behind) else len(low) - 1
