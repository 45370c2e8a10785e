"""The layouts of the benchmarks: paths of clips, and annotation files.

Their differences are in ``layouts.json``. Every layout gets the same planned clips:
five blocks of people without a common face. These become the five folds, or the
training and the test part if there is one split.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .clips import EMOTIONS

FOLDS = 5
# Scenes of FERV39k. Only the names are used: no scenery is drawn.
SCENES = ('Action', 'DailyLife', 'Interview')


@dataclass(frozen=True)
class PlannedClip:
    """A clip's place in the data set.

    Attributes:
        number: Number from 1, ascending over the folds, as in the original data.
        emotion: Name of its class, usually one of ``EMOTIONS``.
        person: Number of the identity; each person shows every emotion once.
        fold: The fold in whose test part it is, from 1.
        rank: Its place among the clips of this emotion, from 0.
        label: Its class, from 0.
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
        classes: The emotions or other classes, in label order.
    """
    plan = []
    for person in range(FOLDS * clips_per_class):
        for label, name in enumerate(classes):
            fold = 1 + person // clips_per_class
            plan.append(PlannedClip(len(plan) + 1, name, person, fold, person, label))
    return plan


@dataclass(frozen=True)
class Layout:
    """Paths, relative to the data root, and annotation files of a benchmark.

    Args:
        forms: An entry of ``layouts.json``.
    """

    forms: dict[str, Any]

    def name(self, clip: PlannedClip) -> str:
        """Name of the clip in the data set class."""
        return self._facts(clip)['name']

    def class_name(self, emotion: str) -> str:
        """The benchmark's word for an emotion."""
        return self.forms['words'].get(emotion, emotion)

    def frame_file(self, clip: PlannedClip, frame: int) -> str:
        """Path of a frame, counted from 0."""
        number = frame + self.forms['first_frame']
        return self.forms['frame'].format(frame=number, **self._facts(clip))

    def video_file(self, clip: PlannedClip) -> str:
        """Path of the video."""
        return self.forms['video'].format(**self._facts(clip))

    def annotations(self, plan: Sequence[PlannedClip]) -> dict[str, str]:
        """Path and content of each split file, line ends included."""
        facts = [self._facts(clip) for clip in plan]
        facts.sort(key=lambda clip: [clip[key] for key in self.forms['order']])
        files = {}
        for fold in self.forms['folds']:
            for subset in ('train', 'test'):
                path = self.forms['list'].format(subset=subset, fold=fold)
                lines = (
                    self.forms['line'].format(**clip)
                    for clip in facts
                    if (clip['fold'] == fold) == (subset == 'test')
                )
                files[path] = self.forms['header'] + ''.join(lines)
        return files

    def _facts(self, clip: PlannedClip) -> dict[str, Any]:
        take, scene = divmod(clip.rank, len(SCENES))
        facts = dict(
            vars(clip),
            word=self.class_name(clip.emotion),
            label_from_1=clip.label + 1,
            scene=SCENES[scene],
            take=take,
        )
        return dict(facts, name=self.forms['name'].format(**facts))


def _read_layouts() -> dict[str, Layout]:
    text = Path(__file__).with_suffix('.json').read_text(encoding='utf-8')
    forms = json.loads(text)
    return {name: Layout(forms[name]) for name in ('dfew', 'ferv39k', 'mafw')}


LAYOUTS = _read_layouts()
