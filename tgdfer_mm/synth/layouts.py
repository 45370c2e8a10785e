"""Where each benchmark keeps its clips and how it lists them.

Every layout gets the same planned clips: five blocks of people that share no face,
which become the five folds, or training and test part where there is one split.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .clips import EMOTIONS

FOLDS = 5


@dataclass(frozen=True)
class PlannedClip:
    """A clip's place in the data set.

    Attributes:
        number: From 1, ascending over the folds, as the authors number theirs.
        emotion: Name of its class, one of ``EMOTIONS`` mostly.
        person: Number of the identity; shows every emotion once.
        fold: From 1, the fold in whose test part it is.
        rank: From 0, its place among the clips of this emotion.
        label: From 0, its class.
    """

    number: int
    emotion: str
    person: int
    fold: int
    rank: int
    label: int


def plan_clips(
    clips_per_class: int, classes: Sequence[str] = EMOTIONS
) -> list[PlannedClip]:
    """Plan the clips of a data set.

    Args:
        clips_per_class: Clips of each emotion in each of the five folds.
        classes: The emotions, or what else a clip can be of, in label order.
    """
    plan = []
    for person in range(FOLDS * clips_per_class):
        for label, name in enumerate(classes):
            fold = 1 + person // clips_per_class
            plan.append(PlannedClip(len(plan) + 1, name, person, fold, person, label))
    return plan


class Layout(ABC):
    """Paths, relative to the data root, and annotation files of a benchmark."""

    @abstractmethod
    def name(self, clip: PlannedClip) -> str:
        """Name of the clip, as the data set class knows it."""

    @abstractmethod
    def class_name(self, emotion: str) -> str:
        """The benchmark's word for an emotion."""

    @abstractmethod
    def frame_file(self, clip: PlannedClip, frame: int) -> str:
        """Path of a frame, counted from 0."""

    @abstractmethod
    def video_file(self, clip: PlannedClip) -> str:
        """Path of the video."""

    @abstractmethod
    def annotations(self, plan: Sequence[PlannedClip]) -> dict[str, str]:
        """Path and content of each split file, line ends included."""


class DFEWLayout(Layout):
    """Numbers for names: five digits for frames, bare for videos; labels from 1."""

    def name(self, clip: PlannedClip) -> str:
        return f'{clip.number:05d}'

    def class_name(self, emotion: str) -> str:
        return emotion

    def frame_file(self, clip: PlannedClip, frame: int) -> str:
        name = self.name(clip)
        return f'Clip/clip_224x224/{name}/{name}_{frame + 1:05d}.jpg'

    def video_file(self, clip: PlannedClip) -> str:
        return f'Clip/original/{clip.number}.mp4'

    def annotations(self, plan: Sequence[PlannedClip]) -> dict[str, str]:
        files = {}
        for fold in range(1, FOLDS + 1):
            for subset, clips in _split(plan, fold):
                rows = [
                    f'{c.number},{c.label + 1}\n'
                    for c in sorted(clips, key=lambda c: c.number)
                ]
                path = f'EmoLabel_DataSplit/{subset}(single-labeled)/set_{fold}.csv'
                files[path] = ''.join(['video_name,label\n', *rows])
        return files


class FERV39kLayout(Layout):
    """Scene, class and a number within them; one split; the label is a word.

    Scenes are the benchmark's names and nothing more: no scenery is drawn.
    """

    SCENES = ('Action', 'DailyLife', 'Interview')

    def name(self, clip: PlannedClip) -> str:
        scene = self.SCENES[clip.rank % len(self.SCENES)]
        number = clip.rank // len(self.SCENES)
        return f'{scene}/{self.class_name(clip.emotion)}/{number:04d}'

    def class_name(self, emotion: str) -> str:
        return emotion.capitalize()

    def frame_file(self, clip: PlannedClip, frame: int) -> str:
        return f'2_ClipsforFaceCrop/{self.name(clip)}/{frame:02d}.jpg'

    def video_file(self, clip: PlannedClip) -> str:
        return f'0_7_labelClips/{self.name(clip)}.mp4'

    def annotations(self, plan: Sequence[PlannedClip]) -> dict[str, str]:
        return {
            f'4_setups/All_scenes/{subset}_All.csv': ''.join(
                f'{self.name(c)} {self.class_name(c.emotion)}\n' for c in clips
            )
            for subset, clips in _split(plan, FOLDS)
        }


class MAFWLayout(Layout):
    """Five digits; Windows line ends. Seven of the eleven classes have clips."""

    NAMES = {
        'happy': 'happiness',
        'sad': 'sadness',
        'neutral': 'neutral',
        'angry': 'anger',
        'surprise': 'surprise',
        'disgust': 'disgust',
        'fear': 'fear',
    }

    def name(self, clip: PlannedClip) -> str:
        return f'{clip.number:05d}'

    def class_name(self, emotion: str) -> str:
        return self.NAMES[emotion]

    def frame_file(self, clip: PlannedClip, frame: int) -> str:
        return f'data/frames/{self.name(clip)}/{frame + 1:05d}.png'

    def video_file(self, clip: PlannedClip) -> str:
        return f'data/clips/{self.name(clip)}.mp4'

    def annotations(self, plan: Sequence[PlannedClip]) -> dict[str, str]:
        files = {}
        for fold in range(1, FOLDS + 1):
            for subset, clips in _split(plan, fold):
                # The authors list class by class within the folds.
                rows = sorted(
                    (c.fold, self.class_name(c.emotion), c.number, c) for c in clips
                )
                folder = f'Train & Test Set/single/no_caption/set_{fold}'
                files[f'{folder}/{subset}.txt'] = ''.join(
                    f'{self.name(c)}.mp4 {word}\r\n' for _, word, _, c in rows
                )
        return files


LAYOUTS: dict[str, Layout] = {
    'dfew': DFEWLayout(),
    'ferv39k': FERV39kLayout(),
    'mafw': MAFWLayout(),
}


def _split(
    plan: Sequence[PlannedClip], fold: int
) -> Iterable[tuple[str, list[PlannedClip]]]:
    yield 'train', [c for c in plan if c.fold != fold]
    yield 'test', [c for c in plan if c.fold == fold]
