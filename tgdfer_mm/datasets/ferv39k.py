"""FERV39k: 7 classes, one fixed split, clips named by scene, class and number."""

import re
from collections.abc import Iterator

from ..registry import DATASETS
from .base import DFERDataset

_CLIP = re.compile(r'[^/]+/([^/]+)/\d{4}')


@DATASETS.register_module()
class FERV39kDataset(DFERDataset):
    """FERV39k over all 22 scenes (Wang et al., CVPR 2022).

    ``4_setups/All_scenes/<subset>_All.csv`` has no header and, despite its name,
    blanks between its two fields: ``<Scene>/<Class>/<id> <Class>``. The id alone is
    no key, so a clip's name is the whole path. Class names become labels in the
    order of ``label_sets/ferv39k.json``; the authors publish no numbers.

    The authors do not say what type their video files have; mp4 is expected. See
    :class:`DFERDataset` for the arguments; there are no folds.
    """

    NAME = 'FERV39k'
    LABEL_SET = 'ferv39k'
    ALIASES = 'ferv39k'
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

    def default_split_file(self) -> str:
        return f'4_setups/All_scenes/{self.listed_as}_All.csv'

    def media_name(self, clip: str) -> str:
        return clip if self.media == 'frames' else f'{clip}.mp4'

    def stratum(self, entry: dict) -> str:
        return entry['clip'].rpartition('/')[0]  # numbers start anew in each

    def read_split(self, lines: list[str]) -> Iterator[tuple[int, str, int]]:
        for number, line in enumerate(lines, start=1):
            fields = line.split()
            if not fields:
                continue
            match = _CLIP.fullmatch(fields[0])
            if len(fields) != 2 or not match:
                raise self.bad_line(
                    lines, number, "expected '<Scene>/<Class>/<4 digits> <Class>'"
                )
            clip, name = fields
            if match[1] != name:
                raise self.bad_line(
                    lines, number, f'the path says {match[1]!r}, the label {name!r}'
                )
            yield number, clip, self.label_of(name.lower(), lines, number)
