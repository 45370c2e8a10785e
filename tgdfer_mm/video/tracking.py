"""Tracks of faces: boxes of the same face, joined over time."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from .appearance import ANOTHER, look_apart, look_of
from .faces import Face
from .frames import Frame
from .matching import Box, match_faces, overlaps

HIDDEN = 2.0  # a face behind another one may be missed longer, by this factor
_PACE = 0.5  # seconds in which a face's velocity is measured


class Seen(NamedTuple):
    """One face in one frame; for `interpolated` see :class:`Tracker`.

    `points` are those of a :class:`Face`.
    """

    track: int
    box: Box
    interpolated: bool
    points: tuple[tuple[float, float], ...] | None = None


class Step(NamedTuple):
    """A frame with all its faces, and the tracks that ended before it or with it."""

    frame: Frame | None
    seen: list[Seen]
    ended: list[int]


@dataclass(eq=False)
class _Track:
    number: int
    box: Box
    frame: Frame  # frame of the last detection
    look: np.ndarray
    points: tuple[tuple[float, float], ...] | None
    past: deque[tuple[float, Box]] = field(default_factory=deque)  # detections
    velocity: np.ndarray | float = 0.0  # velocity of the box, pixels a second
    # the detector has looked since then, but did not find the face
    missed: bool = False

    def places(self, time: float) -> list[Box]:
        """Two boxes where the face may be: one if it moved on, one if it stayed."""
        moved = np.array(self.box) + self.velocity * (time - self.frame.time)
        return [tuple(moved.tolist()), self.box]

    def learn(self, time: float, box: Box, look: np.ndarray) -> None:
        """Adds a face of which no part is hidden."""
        self.look = look
        self.past.append((time, box))
        while time - self.past[0][0] > _PACE and len(self.past) > 2:
            self.past.popleft()
        first, old = self.past[0]
        if time > first:
            moved = np.subtract(box, old).reshape(2, 2).mean(0)
            self.velocity = np.tile(moved / (time - first), 2)


@dataclass(eq=False)
class _Waiting:
    frame: Frame
    seen: list[Seen] = field(default_factory=list)


class Tracker:
    """Joins detections and fills in the frames between them.

    A face belongs to the track whose face would be there if it had moved on as before,
    or stayed. If several tracks fit, the face belongs to the one that looks like it
    (see :func:`~tgdfer_mm.video.matching.match_faces`). A weak face starts no track. It
    continues a track that has no other face in this frame and that looks the same.

    Boxes between two detections lie on the straight line between them. If the detector
    has looked in between and missed the face, these boxes are marked as interpolated.
    If a face is missed for longer than `max_gap`, its track ends with its last
    detection. A camera cut ends all tracks in the same way. A face that was not missed
    after its last detection keeps its box up to the cut or the end, and these boxes are
    marked too. If a face suddenly looks like another person, one track ends, and
    another one starts with the frame of the change.

    Only the frames since the oldest open gap are kept: at most `max_gap` seconds of
    them (twice as many if a face may be behind another one), and those between two
    detections.

    Args:
        max_gap: Longest gap that is filled, seconds.
        min_overlap: Smallest intersection over union that joins two boxes.
        one_person: Whether all frames show the same person, even if the looks change.
    """

    def __init__(
        self, max_gap: float = 1.0, min_overlap: float = 0.3, one_person: bool = False
    ) -> None:
        self.max_gap = max_gap
        self.one_person = one_person
        self.min_overlap = min_overlap
        self._tracks: list[_Track] = []
        # tracks that ended, but were not completely returned
        self._over: list[_Track] = []
        self._waiting: deque[_Waiting] = deque()
        self._count = 0

    def add(
        self, frame: Frame, faces: Sequence[Face] | None, cut: bool = False
    ) -> Iterator[Step]:
        """Takes the next frame.

        Args:
            frame: The frame.
            faces: The faces that the detector found, None if it did not look.
            cut: Whether a new shot starts with this frame.

        Yields:
            Frames in order, as soon as their boxes are final.
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
                waiting.seen.append(Seen(track.number, track.box, True, track.points))
        self._over += self._tracks
        self._tracks = []
        yield from self._release()

    def _update(self, frame: Frame, faces: Sequence[Face]) -> None:
        looks = [look_of(frame, face.box) for face in faces]
        pairs = self._pairs(frame, faces, looks)
        counted = [
            face for f, face in enumerate(faces) if not face.weak or f in pairs.values()
        ]
        known, self._tracks = self._tracks, []
        for t, track in enumerate(known):
            if t not in pairs:
                track.missed = True
                gap, longest = frame.time - track.frame.time, self.max_gap
                if _hidden(track.places(frame.time), counted):
                    longest *= HIDDEN
                (self._over if gap > longest else self._tracks).append(track)
                continue
            face, look = faces[pairs[t]], looks[pairs[t]]
            others = [f.box for f in counted if f is not face]
            others += [b for o in known if o is not track for b in o.places(frame.time)]
            clear = not self.one_person and not _touches(face.box, others, frame)
            change = self._change(track, face.box, look) if clear else None
            if change is None:
                self._join(track, face)
                self._tracks.append(track)
                if clear:
                    track.learn(frame.time, face.box, look)
            else:
                self._replace(track, change, face, look)
        for f, face in enumerate(faces):
            if f not in pairs.values() and not face.weak:
                self._start(face, looks[f])

    def _pairs(
        self, frame: Frame, faces: Sequence[Face], looks: Sequence[np.ndarray]
    ) -> dict[int, int]:
        """Assigns faces to tracks; a weak face only to a track without another one."""
        pairs: dict[int, int] = {}
        for weak in (False, True):
            left = [t for t in range(len(self._tracks)) if t not in pairs]
            theirs = [f for f, face in enumerate(faces) if face.weak == weak]
            tracks = [self._tracks[t] for t in left]
            found = match_faces(
                [track.places(frame.time) for track in tracks],
                [track.look for track in tracks],
                [frame.time - track.frame.time for track in tracks],
                [faces[f].box for f in theirs],
                [looks[f] for f in theirs],
                self.min_overlap,
            )
            for t, f in ((left[t], theirs[f]) for t, f in found.items()):
                if not weak or look_apart(self._tracks[t].look, looks[f]) < ANOTHER:
                    pairs[t] = f
        return pairs

    def _start(self, face: Face, look: np.ndarray) -> None:
        """A new track, which starts in the newest frame."""
        self._count += 1
        frame = self._waiting[-1].frame
        track = _Track(self._count, face.box, frame, look, face.points)
        track.learn(frame.time, face.box, look)
        self._tracks.append(track)
        seen = Seen(self._count, face.box, False, face.points)
        self._waiting[-1].seen.append(seen)

    def _change(self, track: _Track, box: Box, look: np.ndarray) -> int | None:
        """The frame in which another person takes the place of the tracked one."""
        if look_apart(track.look, look) < ANOTHER:
            return None
        frames = [track.frame, *(w.frame for w in self._after(track))]
        boxes = np.linspace(track.box, box, len(frames))  # the face may also move
        views = [look_of(*each) for each in zip(frames, boxes, strict=True)]
        nearer = [look_apart(track.look, v) - look_apart(look, v) for v in views]
        last = int(np.diff(nearer).argmax())
        turned = nearer[last + 1] - nearer[last] > 2 * ANOTHER
        seen = np.abs(views[last + 1] - views[last]).mean() > ANOTHER / 2
        return frames[last + 1].index if turned and seen else None

    def _replace(
        self, track: _Track, change: int, face: Face, look: np.ndarray
    ) -> None:
        """Ends a track before a frame, and starts another one with it."""
        *between, _ = self._after(track)
        self._start(face, look)
        self._over.append(track)
        for waiting in between:
            if waiting.frame.index < change:
                waiting.seen.append(Seen(track.number, track.box, True, track.points))
                track.frame = waiting.frame
            else:
                seen = Seen(self._count, face.box, True, face.points)
                waiting.seen.append(seen)

    def _join(self, track: _Track, face: Face) -> None:
        frames = list(self._after(track))
        start, end = track.frame.time, frames[-1].frame.time
        both = track.points is not None and face.points is not None
        for waiting in frames[:-1]:
            share = (waiting.frame.time - start) / (end - start)
            box = _between(track.box, face.box, share)
            points = _between(track.points, face.points, share) if both else None
            waiting.seen.append(Seen(track.number, box, track.missed, points))
        seen = Seen(track.number, tuple(face.box), False, face.points)
        frames[-1].seen.append(seen)
        track.box, track.points = face.box, face.points
        track.frame, track.missed = frames[-1].frame, False

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


def _between(old: Sequence, new: Sequence, share: float) -> tuple:
    """Numbers or points on the straight line from one place to another."""
    old, new = np.array(old), np.array(new)
    found = (old + share * (new - old)).tolist()
    return tuple(tuple(v) if isinstance(v, list) else v for v in found)


def _touches(box: Box, others: Sequence[Box], frame: Frame) -> bool:
    """Whether other faces or the edge of the picture may hide a part of a face."""
    width, height = frame.size
    inside = box[0] >= 0 and box[1] >= 0 and box[2] <= width and box[3] <= height
    return not inside or bool(others) and bool(overlaps([box], others).any())


def _hidden(places: Sequence[Box], faces: Sequence[Face]) -> bool:
    boxes = [face.box for face in faces]
    return bool(boxes) and bool(overlaps(places, boxes).any())
