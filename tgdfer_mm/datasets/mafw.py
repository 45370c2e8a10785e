"""MAFW: 11 classes, 5 folds, clips named by five digits."""

import re
from collections.abc import Iterator

from ..registry import DATASETS
from .base import DFERDataset

_CLIP = re.compile(r'(\d{5})\.mp4')


@DATASETS.register_module()
class MAFWDataset(DFERDataset):
    """The single-labelled clips of MAFW (Liu et al., ACM MM 2022).

    ``Train & Test Set/single/no_caption/set_<fold>/<subset>.txt`` lists them as
    ``<5 digits>.mp4 <class>``, one per line.

    See :class:`DFERDataset` for the arguments.
    """

    NAME = 'MAFW'
    LABEL_SET = 'mafw'
    ALIASES = 'mafw'
    REQUEST = 'see the MAFW page, https://mafw-database.github.io/MAFW/'
    FOLDS = 5
    FOLDERS = {
        # The authors' aligned faces come first; the others are crops that training
        # codes make, and give other results.
        'frames': {
            'frames': 'data/frames',
            'faces': 'data/faces',
            'frames_crop_align_224': 'data/frames/frames_crop_align_224',
            'clips_faces': 'clips_faces',
        },
        'videos': {'original': 'data/clips'},
    }

    def default_split_file(self) -> str:
        folder = f'Train & Test Set/single/no_caption/set_{self.fold}'
        return f'{folder}/{self.listed_as}.txt'

    def split_fields(self) -> dict:
        return dict(super().split_fields(), setting='single', captions='no_caption')

    def media_name(self, clip: str) -> str:
        return clip if self.media == 'frames' else f'{clip}.mp4'

    def read_split(self, lines: list[str]) -> Iterator[tuple[int, str, int]]:
        for number, line in enumerate(lines, start=1):
            fields = line.split()
            if not fields:
                continue
            match = _CLIP.fullmatch(fields[0])
            if len(fields) != 2 or not match:
                raise self.bad_line(lines, number, "expected '<5 digits>.mp4 <class>'")
            yield number, match[1], self.label_of(fields[1], lines, number)
