"""DFEW: 7 classes, 5 folds, clips named by a number."""

from collections.abc import Iterator

from ..registry import DATASETS
from .base import DFERDataset


@DATASETS.register_module()
class DFEWDataset(DFERDataset):
    """The single-labelled clips of DFEW (Jiang et al., ACM MM 2020).

    ``EmoLabel_DataSplit/<subset>(single-labeled)/set_<fold>.csv`` lists them under
    the header ``video_name,label``. Labels start at 1 in the authors' files and at
    0 in some copies; the smallest label of a file tells which.

    Frame folders are named by five digits, the videos of ``Clip/original`` by the
    bare number. See :class:`DFERDataset` for the arguments.
    """

    NAME = 'DFEW'
    LABEL_SET = 'dfew'
    ALIASES = 'dfew'
    REQUEST = 'see the DFEW page, https://dfew-dataset.github.io'
    FOLDS = 5
    FOLDERS = {
        'frames': {
            'clip_224x224': 'Clip/clip_224x224',
            'clip_224x224_16f': 'Clip/clip_224x224_16f',
        },
        'videos': {
            'original': 'Clip/original',
            'clip_224x224_avi': 'Clip/clip_224x224_avi',  # not the authors'
        },
    }

    def default_split_file(self) -> str:
        folder = f'EmoLabel_DataSplit/{self.listed_as}(single-labeled)'
        return f'{folder}/set_{self.fold}.csv'

    def media_name(self, clip: str) -> str:
        if self.media == 'frames':
            return clip
        padded = self.pixel_version == 'clip_224x224_avi'
        return f'{clip}.avi' if padded else f'{int(clip)}.mp4'

    def read_split(self, lines: list[str]) -> Iterator[tuple[int, str, int]]:
        header = 'video_name,label'
        if not lines or lines[0].replace(' ', '') != header:
            raise self.bad_line(lines, 1, f'the header should be {header!r}')
        rows = []
        for number, line in enumerate(lines[1:], start=2):
            fields = [field.strip() for field in line.split(',')]
            if fields == ['']:
                continue
            if len(fields) != 2 or not all(f.isdecimal() for f in fields):
                raise self.bad_line(lines, number, "expected '<number>,<label>'")
            rows.append((number, f'{int(fields[0]):05d}', int(fields[1])))
        if not rows:
            return
        labels = [label for _, _, label in rows]
        base = min(1, *labels)
        top = len(self.classes) - 1 + base
        if base == 1 and max(labels) < top:
            self.warn(
                f'{self.split_file} has neither a label 0 nor a label {top}; its '
                "labels are read as the authors' 1 to 7."
            )
        for number, clip, label in rows:
            if label > top:
                raise self.bad_line(
                    lines,
                    number,
                    f'label {label} is out of range, which is {base} to {top} by the '
                    'smallest label in this file',
                )
            yield number, clip, label - base
