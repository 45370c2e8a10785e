"""Videos of several people: one question for each person whose class is known.

A file of facts (see :mod:`~projects.vlm.facts`) whose `clip` is the path of a video and
whose people have a `label`, the name of a class. People without one are shown, and not
asked about.
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
    """What :class:`~projects.vlm.clips.TestClips` is to a data set, to such videos.

    Args:
        facts: By clip, in the order of the file.
        folder: Where the paths of the clips start.
        label_set: The classes: a name of a label set, or the path of a file.
        frames: How many are sampled of those in which the person has a box, or of all
            if nobody said where the person is.

    Attributes:
        kind: What it is called.
        name: The same.
        classes: In the order of the labels.
        metainfo: For the dump of predictions.
        rows: The questions.

    Raises:
        AskingError: Nobody has a label, or one is no class; names the clip.
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
        """The sampled frames of question i, whole.

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
