"""DFEW: 7 classes, 5 folds, clips named by a number."""

import re
from collections.abc import Iterator
from pathlib import Path

from ..labels.classes import load_classes
from ..registry import DATASETS
from .dfer_dataset import DFERDataset, MissingDataError
from .known_layouts import find_file
from .text_files import DataError, whole_number
from .votes import VOTERS, read_votes

_HEADER = 'video_name,label'


@DATASETS.register_module()
class DFEWDataset(DFERDataset):
    """DFEW, its single-labelled clips (Jiang et al., ACM MM 2020).

    ``EmoLabel_DataSplit/<subset>(single-labeled)/set_<fold>.csv`` lists them, with the
    header ``video_name,label``. Labels start at 1 in the authors' files and at 0 in
    some copies. A label 7 or a label 0 in a file shows which; a file with neither needs
    `label_base`.

    Frame folders are named by five digits, the videos of ``Clip/original`` by the
    number alone. See :class:`DFERDataset` for the other arguments.

    Args:
        soft_labels: Whether each clip also has the shares of its ten votes, as
            ``soft_label``, which the losses use instead of its label. Evaluation uses
            the label.
        votes_file: The table of votes, by default the authors'
            ``Annotation/annotation.xlsx``; see
            :func:`~tgdfer_mm.datasets.votes.read_votes`.
    """

    NAME = 'DFEW'
    LABEL_SET = 'dfew'
    ALIASES = 'dfew'
    PATH_OF_CLIP = re.compile(r'(?:.*/)?([0-9]{1,5})(?:\.mp4|\.avi)?')
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

    def __init__(
        self,
        *args,
        soft_labels: bool = False,
        votes_file: str | None = None,
        **kwargs,
    ) -> None:
        if votes_file and not soft_labels:
            raise DataError(
                'votes_file has an effect only with soft_labels=True; set that, or '
                'leave it out.'
            )
        self.soft_labels = soft_labels
        self.votes_file = votes_file
        super().__init__(*args, **kwargs)

    def default_split_file(self) -> str:
        folder = f'EmoLabel_DataSplit/{self.listed_as}(single-labeled)'
        return f'{folder}/set_{self.fold}.csv'

    def media_name(self, clip: str) -> str:
        if self.media == 'frames':
            return clip
        padded = self.pixel_version == 'clip_224x224_avi'
        return f'{clip}.avi' if padded else f'{int(clip)}.mp4'

    def clip_of_path(self, match: re.Match) -> str:
        return f'{int(match[1]):05d}'

    def header_says_order(self, lines: list[str]) -> bool:
        return bool(lines) and lines[0].replace(' ', '') == _HEADER

    def in_authors_format(self, lines: list[str]) -> bool:
        # With a label 0 in another place it is a rewritten copy, such as S2D's.
        own = Path(self.data_root) / self.default_split_file()
        from_0 = any(line.replace(' ', '').endswith(',0') for line in lines)
        return self.header_says_order(lines) and not (from_0 and self.split_file != own)

    def read_split(self, lines: list[str]) -> Iterator[tuple[int, str, str]]:
        if not self.header_says_order(lines):
            raise self.bad_line(
                lines,
                1,
                f'the header should be {_HEADER!r}; if this line is a clip, put the '
                'header before it',
            )
        rows = []
        for number, line in enumerate(lines[1:], start=2):
            fields = [field.strip() for field in line.split(',')]
            if fields == ['']:
                continue
            values = [whole_number(field) for field in fields]
            if len(fields) != 2 or None in values:
                raise self.bad_line(lines, number, "expected '<number>,<label>'")
            rows.append((number, f'{values[0]:05d}', values[1]))
        if not rows:
            return
        names = load_classes(self.label_set)  # the authors' order
        labels = {label for *_, label in rows}
        base, why = self.stated_base, f'label_base={self.stated_base}'
        if base is None:
            base, why = min(1, *labels), 'the smallest label in this file'
        self.label_base = base
        for number, clip, label in rows:
            if not base <= label < base + len(names):
                raise self.bad_line(
                    lines,
                    number,
                    f'label {label} is out of range, which is {base} to '
                    f'{base + len(names) - 1} by {why}',
                )
            yield number, clip, names[label - base]
        # Last, because errors of single lines come first.
        if self.stated_base is None and not labels & {0, len(names)}:
            raise DataError(
                f'{self.split_file} has neither a label 0 nor a label {len(names)}, so '
                f"its labels may be the authors' 1 to {len(names)} or 0 to "
                f'{len(names) - 1}: set label_base=1 (or 0) in the data set.'
            )

    def annotate(self, entries: list[dict]) -> None:
        if not self.soft_labels:
            return
        root = Path(self.data_root)
        if self.votes_file:
            path = root / self.votes_file
        else:
            path = find_file('dfew', root, 'votes').path
        if not path.is_file():
            raise MissingDataError(
                f'soft_labels=True needs the votes, but there is no {path}. '
                f'{self.REQUEST}; or set votes_file.'
            )
        names = load_classes(self.label_set)
        votes = read_votes(path, names)
        for entry in entries:
            found = votes.get(int(entry['clip']))
            label = names.index(self.classes[entry['label']]) + 1
            where = f'{path}, row {found.row}' if found else f'{path}'
            if not found or found.label != label:
                said = f'label {found.label}' if found else 'no row'
                raise DataError(
                    f'{where}: clip {entry["clip"]} has {said}, but label {label} in '
                    f'{self.split_file}, line {entry["line"]}. The two are not of the '
                    'same data set, or one was edited.'
                )
            by_name = dict(zip(names, found.votes, strict=True))
            entry['soft_label'] = [by_name[name] / VOTERS for name in self.classes]
