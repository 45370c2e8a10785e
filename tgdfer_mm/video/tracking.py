"""Boxes of one face joined over time."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch
from torchvision.ops import box_iou

from .faces import Face
from .frames import Frame

Box = tuple[float, float, float, float]


class Seen(NamedTuple):
    """One face in one frame; `interpolated` as in :class:`Tracker`."""

    track: int
    box: Box
    interpolated: bool


class Step(NamedTuple):
    """A frame with all its faces, and the tracks that have ended before or with it."""

    frame: Frame | None
    seen: list[Seen]
    ended: list[int]


@dataclass(eq=False)
class _Track:
    number: int
    box: Box
    frame: Frame  # of the last detection
    missed: bool = False  # the detector has looked since, in vain


@dataclass(eq=False)
class _Waiting:
    frame: Frame
    seen: list[Seen] = field(default_factory=list)


class Tracker:
    """Joins detections by overlap and fills in the frames between them.

    A face of the next detection belongs to the track whose last box it overlaps most
    (the assignment of all faces with the largest sum of overlaps). Boxes between two
    detections lie on the straight line between them. If the detector has looked in
    between and missed the face, they are marked as interpolated; a face missed for
    longer than `max_gap` has ended with its last detection. So have all faces at a
    camera cut. After its last detection a face that was not missed keeps its box up
    to the cut or the end, marked too.

    Only the frames since the oldest open gap are held: at most `max_gap` of them and
    those between two detections.

    Args:
        max_gap: Longest gap that is filled, seconds.
        min_overlap: Intersection over union that joins two boxes.
    """

    def __init__(self, max_gap: float = 1.0, min_overlap: float = 0.3) -> None:
        self.max_gap = max_gap
        self.min_overlap = min_overlap
        self._tracks: list[_Track] = []
        self._over: list[_Track] = []  # ended, but not all of it handed out
        self._waiting: deque[_Waiting] = deque()
        self._count = 0

    def add(
        self, frame: Frame, faces: Sequence[Face] | None, cut: bool = False
    ) -> Iterator[Step]:
        """Takes the next frame.

        Args:
            frame: The frame.
            faces: What the detector found, None if it did not look.
            cut: A new shot starts with this frame.

        Yields:
            Frames in order, as soon as their boxes are settled.
        """
        if cut:
            yield from self.finish()
        self._waiting.append(_Waiting(frame))
        if faces is None and self._tracks:
            return
        self._update(frame, faces or [])
        yield from self._release()

    def finish(self) -> Iterator[Step]:
        """Ends all tracks, at a cut or after the last frame."""
        for track in self._tracks:
            for waiting in () if track.missed else self._after(track):
                waiting.seen.append(Seen(track.number, track.box, True))
        self._over += self._tracks
        self._tracks = []
        yield from self._release()

    def _update(self, frame: Frame, faces: Sequence[Face]) -> None:
        pairs = self._match(faces)
        for t, f in pairs.items():
            self._join(self._tracks[t], faces[f].box)
        for t, track in enumerate(self._tracks):
            track.missed = t not in pairs
        over = [
            t
            for t in self._tracks
            if t.missed and frame.time - t.frame.time > self.max_gap
        ]
        self._over += over
        self._tracks = [t for t in self._tracks if t not in over]
        for f, face in enumerate(faces):
            if f not in pairs.values():
                self._count += 1
                self._tracks.append(_Track(self._count, face.box, frame))
                self._waiting[-1].seen.append(Seen(self._count, face.box, False))

    def _match(self, faces: Sequence[Face]) -> dict[int, int]:
        if not self._tracks or not faces:
            return {}
        overlap = _overlaps([t.box for t in self._tracks], [f.box for f in faces])
        overlap[overlap < self.min_overlap] = 0
        if np.all((overlap > 0).sum(0) <= 1) and np.all((overlap > 0).sum(1) <= 1):
            # Nothing to choose between, as nearly always.
            return dict(np.argwhere(overlap > 0).tolist())
        from scipy.optimize import linear_sum_assignment  # slow to import

        rows, columns = linear_sum_assignment(-overlap)
        return {
            int(r): int(c)
            for r, c in zip(rows, columns, strict=True)
            if overlap[r, c] > 0
        }

    def _join(self, track: _Track, box: Box) -> None:
        frames = list(self._after(track))
        start, end = track.frame.time, frames[-1].frame.time
        old, new = np.array(track.box), np.array(box)
        for waiting in frames[:-1]:
            share = (waiting.frame.time - start) / (end - start)
            between = tuple((old + share * (new - old)).tolist())
            waiting.seen.append(Seen(track.number, between, track.missed))
        frames[-1].seen.append(Seen(track.number, tuple(box), False))
        track.box, track.frame, track.missed = box, frames[-1].frame, False

    def _after(self, track: _Track) -> Iterator[_Waiting]:
        return (w for w in self._waiting if w.frame.index > track.frame.index)

    def _release(self) -> Iterator[Step]:
        settled = min((t.frame.index for t in self._tracks), default=None)
        while self._waiting and (
            settled is None or self._waiting[0].frame.index <= settled
        ):
            waiting = self._waiting.popleft()
            yield Step(waiting.frame, waiting.seen, [])
        oldest = self._waiting[0].frame.index if self._waiting else None
        ended = [t for t in self._over if oldest is None or t.frame.index < oldest]
        if ended:
            self._over = [t for t in self._over if t not in ended]
            yield Step(None, [], [t.number for t in ended])


def _overlaps(ours: list[Box], theirs: list[Box]) -> np.ndarray:
    """Intersection over union of each two boxes; 0 of two that are empty."""
    both = (torch.tensor(boxes, dtype=torch.float64) for boxes in (ours, theirs))
    return box_iou(*both).nan_to_num_(0).numpy()
