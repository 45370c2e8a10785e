"""FERV39k: 7 classes, one fixed split, clips named by scene, class and number."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..registry import DATASETS
from .dfer_dataset import DFERDataset
from .text_files import DataError

_CLIP = re.compile(r'([^/]+)/([^/]+)/[0-9]{4}')
_SCENARIOS = Path(__file__).parent / 'scenarios' / 'ferv39k.json'


def load_scenarios() -> dict[str, list[str]]:
    """The scenes of each of FERV39k's four scenarios."""
    return json.loads(_SCENARIOS.read_text(encoding='utf-8'))['scenarios']


@DATASETS.register_module()
class FERV39kDataset(DFERDataset):
    """FERV39k over all 22 scenes (Wang et al., CVPR 2022).

    ``4_setups/All_scenes/<subset>_All.csv`` has no header and, despite its name, blanks
    between its two fields: ``<Scene>/<Class>/<id> <Class>``. The id alone is not
    unique, so a clip's name is the whole path. Class names become labels in the order
    of ``label_sets/ferv39k.json``; the authors publish no label numbers.

    The authors do not state the type of their video files; mp4 is expected. There are
    no folds. Each clip has its ``scene`` and ``scenario``. See :class:`DFERDataset` for
    the other arguments.

    Args:
        scenes: The scenes whose clips are kept; all by default. They are the same clips
            as in the authors' lists for each scene in ``4_setups/22_scenes``.
        scenario: ``'daily_life'``, ``'weak_interactive_shows'``,
            ``'strong_interactive_activities'`` or ``'anomaly_issues'``, instead of
            `scenes`; see ``scenarios/ferv39k.json``.
    """

    NAME = 'FERV39k'
    LABEL_SET = 'ferv39k'
    ALIASES = 'ferv39k'
    PATH_OF_CLIP = re.compile(rf'(?:.*/)?({_CLIP.pattern})(?:\.[A-Za-z0-9]+)?')
    REQUEST = (
        'see the FERV39k page, https://wangyanckxx.github.io/Proj_CVPR2022_FERV39k.html'
    )
    FOLDS = None
    FOLDERS = {
        'frames': {
            'face_crop': '2_ClipsforFaceCrop',
            'scene': '3_ClipsforScenImages',
        },
        'videos': {'original': '0_7_labelClips'},
    }

    def __init__(
        self,
        *args,
        scenes: Sequence[str] | None = None,
        scenario: str | None = None,
        **kwargs,
    ) -> None:
        known = load_scenarios()
        self._scenario_of = {s: name for name, group in known.items() for s in group}
        if scenario is not None:
            if scenes is not None:
                raise DataError('Give scenes or a scenario, not both.')
            if scenario not in known:
                raise DataError(f'scenario must be in {list(known)}, not {scenario!r}.')
            scenes = known[scenario]
        if isinstance(scenes, str):
            raise DataError(f'scenes must be a list, e.g. [{scenes!r}].')
        if scenes is not None and not (
            scenes and set(scenes) <= set(self._scenario_of)
        ):
            raise DataError(
                f'scenes must be in {sorted(self._scenario_of)}, not {list(scenes)}.'
            )
        self.scenes = scenes
        super().__init__(*args, **kwargs)
        if scenes is not None:
            self._metainfo['scenes'] = sorted(scenes)

    def default_split_file(self) -> str:
        return f'4_setups/All_scenes/{self.listed_as}_All.csv'

    def media_name(self, clip: str) -> str:
        return clip if self.media == 'frames' else f'{clip}.mp4'

    def stratum(self, entry: dict) -> str:
        return entry['clip'].rpartition('/')[0]  # numbers start again in each scene

    def wanted(self, clip: str) -> bool:
        return self.scenes is None or clip.partition('/')[0] in self.scenes

    def clip_of_path(self, match: re.Match) -> str | None:
        scene, name, _ = match[1].split('/')
        fits = scene in self._scenario_of and name.lower() in self.classes
        return match[1] if fits else None

    def class_of_clip(self, clip: str) -> str:
        return clip.split('/')[1].lower()

    def read_split(self, lines: list[str]) -> Iterator[tuple[int, str, str]]:
        for number, line in enumerate(lines, start=1):
            fields = line.split()
            if not fields:
                continue
            match = _CLIP.fullmatch(fields[0])
            if len(fields) != 2 or not match:
                problem = "expected '<Scene>/<Class>/<4 digits> <Class>'"
                if number == 1 and '/' not in line:
                    problem += '; the authors have no header, remove this line'
                raise self.bad_line(lines, number, problem)
            clip, name = fields
            scene, folder = match.groups()
            if folder != name:
                raise self.bad_line(
                    lines, number, f'the path says {folder!r}, the label {name!r}'
                )
            if scene not in self._scenario_of:
                known = sorted(self._scenario_of)
                raise self.bad_line(
                    lines, number, f'unknown scene {scene!r}, {self.NAME} has {known}'
                )
            yield number, clip, name.lower()

    def annotate(self, entries: list[dict]) -> None:
        for entry in entries:
            scene = entry['clip'].partition('/')[0]
            entry.update(scene=scene, scenario=self._scenario_of[scene])
