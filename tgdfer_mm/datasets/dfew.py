"""DFEW: 7 classes, 5 folds, clips named by a number."""

from collections.abc import Iterator
from pathlib import Path

from ..labels.classes import load_classes
from ..registry import DATASETS
from .dfer_dataset import DFERDataset
from .known_layouts import find_file
from .votes import VOTERS, read_votes


@DATASETS.register_module()
class DFEWDataset(DFERDataset):
    """The single-labelled clips of DFEW (Jiang et al., ACM MM 2020).

    ``EmoLabel_DataSplit/<subset>(single-labeled)/set_<fold>.csv`` lists them under
    the header ``video_name,label``. Labels start at 1 in the authors' files and at
    0 in some copies; the smallest label of a file tells which.

    Frame folders are named by five digits, the videos of ``Clip/original`` by the
    bare number. See :class:`DFERDataset` for the other arguments.

    Args:
        soft_labels: Whether each clip also has the shares of its ten votes, as
            ``soft_label``, which the losses prefer to its label. Evaluation goes by
            the label.
        votes_file: The table of votes, if not the authors'
            ``Annotation/annotation.xlsx``; see
            :func:`~tgdfer_mm.datasets.votes.read_votes`.
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

    def __init__(
        self,
        *args,
        soft_labels: bool = False,
        votes_file: str | None = None,
        **kwargs,
    ) -> None:
        if votes_file and not soft_labels:
            raise ValueError('votes_file is for soft_labels=True.')
        self.soft_labels = soft_labels
        self.votes_file = votes_file
        super().__init__(*args, **kwargs)

    label_base: int | None = None  # smallest label of the list, once it is read

    def default_split_file(self) -> str:
        folder = f'EmoLabel_DataSplit/{self.listed_as}(single-labeled)'
        return f'{folder}/set_{self.fold}.csv'

    def media_name(self, clip: str) -> str:
        if self.media == 'frames':
            return clip
        padded = self.pixel_version == 'clip_224x224_avi'
        return f'{clip}.avi' if padded else f'{int(clip)}.mp4'

    def read_split(self, lines: list[str]) -> Iterator[tuple[int, str, str]]:
        header = 'video_name,label'
        if not lines or lines[0].replace(' ', '') != header:
            raise self.bad_line(
                lines,
                1,
                f'the header should be {header!r}; if this line is a clip, put the '
                'header before it',
            )
        rows = []
        for number, line in enumerate(lines[1:], start=2):
            fields = [field.strip() for field in line.split(',')]
            if fields == ['']:
                continue
            if len(fields) != 2 or not all(
                f.isdecimal() and len(f) < 19 for f in fields
            ):
                raise self.bad_line(lines, number, "expected '<number>,<label>'")
            rows.append((number, f'{int(fields[0]):05d}', int(fields[1])))
        if not rows:
            return
        labels = [label for _, _, label in rows]
        base = self.label_base = min(1, *labels)
        names = load_classes(self.label_set)  # the authors' order
        top = len(names) - 1 + base
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
            yield number, clip, names[label - base]

    def annotate(self, entries: list[dict]) -> None:
        if not self.soft_labels:
            return
        root = Path(self.data_root)
        if self.votes_file:
            path = root / self.votes_file
        else:
            path = find_file('dfew', root, 'votes').path
        if not path.is_file():
            raise FileNotFoundError(
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
                raise ValueError(
                    f'{where}: clip {entry["clip"]} has {said}, but label {label} in '
                    f'{self.split_file}, line {entry["line"]}. The two are not of the '
                    'same data set, or one was edited.'
                )
            by_name = dict(zip(names, found.votes, strict=True))
            entry['soft_label'] = [by_name[name] / VOTERS for name in self.classes]
