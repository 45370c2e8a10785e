"""Videos of several people: one question for each person whose class is known.

They are read from a file of facts (see :mod:`~projects.vlm.facts`): `clip` is the path
of a video, and people have a `label`, the name of a class. People without a label are
shown, but not asked about.
"""

from pathlib import Path

import numpy as np

from tgdfer_mm.clips.sampling import sample_segments
from tgdfer_mm.labels.classes import load_classes
from tgdfer_mm.video.clip_file import ClipFile
from tgdfer_mm.video.errors import InputError

from .clips import Row, Shown
from .errors import AskingError, UnansweredError
from .facts import Facts


class PeopleInVideos:
    """Such videos in the form of :class:`~projects.vlm.clips.TestClips`.

    Args:
        facts: Facts by clip, in the order of the file.
        folder: Folder that the paths of the clips start from.
        label_set: The classes: a name of a label set, or the path of a file.
        frames: Number of frames, sampled from those in which the person has a box, or
            from all frames if there are no boxes.

    Attributes:
        kind: Name of this kind of data.
        name: The same.
        classes: Names of the classes, in the order of the labels.
        metainfo: Meta information for the file of predictions.
        rows: The questions.

    Raises:
        AskingError: Nobody has a label, or a label is no class; the message names the
            clip.
    """

    kind = name = 'people in videos'

    def __init__(
        self, facts: dict[str, Facts], folder: Path, label_set: str, frames: int = 8
    ) -> None:
        self.facts, self.folder, self.frames = facts, Path(folder), frames
        self.classes = load_classes(label_set)
        self.metainfo = dict(dataset=self.name, classes=self.classes)
        self.rows = [
            Row(f'{clip}#{each.id}', clip, self._index(clip, each.label), each.id)
            for clip, known in facts.items()
            for each in known.people
            if each.label is not None
        ]
        if not self.rows:
            raise AskingError("--people: nobody in the file has a 'label'.")

    def show(self, i: int) -> Shown:
        """The sampled frames of question i, uncropped.

        Raises:
            UnansweredError: The video cannot be read.
        """
        row = self.rows[i]
        try:
            video = ClipFile(str(self.folder / row.clip))
            indices = self._sample(row, video.total)
            frames = np.asarray(video.pictures(np.asarray(indices)))
        except InputError as error:
            raise UnansweredError(f'the video cannot be read: {error}') from error
        return Shown(frames, indices)

    def _sample(self, row: Row, total: int) -> tuple[int, ...]:
        people = {each.id: each for each in self.facts[row.clip].people}
        person = people[row.person]
        seen = [n for n in range(total) if person.box(n) is not None]
        seen = seen or list(range(total))
        places, valid = sample_segments(len(seen), self.frames, test_mode=True)
        return tuple(seen[n] for n in places[:valid])

    def _index(self, clip: str, label: str) -> int:
        if label not in self.classes:
            raise AskingError(
                f'--people: clip {clip!r} has the label {label!r}; the classes are '
                f'{list(self.classes)}.'
            )
        return self.classes.index(label)
