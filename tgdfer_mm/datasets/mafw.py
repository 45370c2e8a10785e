"""MAFW: 11 emotions and 32 compounds of them, 5 folds, clips named by five digits."""

import re
from collections.abc import Iterator
from pathlib import Path

from mmengine.logging import print_log

from ..registry import DATASETS
from .dfer_dataset import DFERDataset, MissingDataError
from .known_layouts import find_file
from .text_files import SplitFileError, read_lines

_CLIP = re.compile(r'([0-9]{5})\.mp4')


@DATASETS.register_module()
class MAFWDataset(DFERDataset):
    """MAFW (Liu et al., ACM MM 2022) in one of three settings.

    * ``'single'``: one of 11 emotions; 9,172 clips.
    * ``'compound'``: one of those 11 emotions or of 32 compounds of them, such as
      ``anger_disgust``; 8,996 clips. The authors publish no order of the 43 classes;
      ``label_sets/mafw_compound.json`` has the order that is used.
    * ``'multi'``: 0 or 1 for each of the 11 emotions, from the parts of the labels in
      the compound lists [choice: ``multi-set.xlsx`` has neither folds nor the clips of
      one emotion].

    ``Train & Test Set/<single or compound>/no_caption/set_<fold>/<subset>.txt`` lists
    the clips as ``<5 digits>.mp4 <class>``, one per line. **The folds of the two lists
    differ**: a model trained on one of them has seen clips that the same fold of the
    other tests. `split_file` can also be a list of ``with_caption``; these lack the
    neutral clips.

    See :class:`DFERDataset` for the other arguments.

    Args:
        captions: Whether each clip also has its description as ``caption`` (English)
            and ``caption_zh`` (Chinese), from the lists of ``with_caption``; an empty
            text for clips without one, such as all neutral clips.
    """

    NAME = 'MAFW'
    LABEL_SET = 'mafw'
    SETTINGS = ('single', 'compound', 'multi')
    ENCODINGS = ('utf-8-sig', 'gb18030')  # the second has captions
    ALIASES = 'mafw'
    PATH_OF_CLIP = re.compile(r'(?:.*/)?([0-9]{1,5})(?:\.mp4)?')
    REQUEST = 'see the MAFW page, https://mafw-database.github.io/MAFW/'
    FOLDS = 5
    FOLDERS = {
        # The authors' aligned faces come first; the others are crops by training code,
        # and give other results.
        'frames': {
            'frames': 'data/frames',
            'faces': 'data/faces',
            'frames_crop_align_224': 'data/frames/frames_crop_align_224',
            'clips_faces': 'clips_faces',
        },
        'videos': {'original': 'data/clips'},
    }

    def __init__(self, *args, captions: bool = False, **kwargs) -> None:
        self.captions = captions
        super().__init__(*args, **kwargs)
        self._metainfo['fold_lists'] = self.fold_lists

    @property
    def fold_lists(self) -> str:
        """The name of the authors' partition into folds that is used."""
        return 'single' if self.setting == 'single' else 'compound'

    @property
    def label_set(self) -> str:
        return 'mafw_compound' if self.setting == 'compound' else self.LABEL_SET

    @property
    def listed_label_set(self) -> str:
        return self.LABEL_SET if self.fold_lists == 'single' else 'mafw_compound'

    def clip_of_path(self, match: re.Match) -> str:
        return f'{int(match[1]):05d}'

    def default_split_file(self) -> str:
        return self._list('no_caption')

    def _list(self, captions: str) -> str:
        folder = f'Train & Test Set/{self.fold_lists}/{captions}/set_{self.fold}'
        return f'{folder}/{self.listed_as}.txt'

    def split_fields(self) -> dict:
        fields = super().split_fields()
        return dict(fields, setting=self.fold_lists, captions='no_caption')

    def media_name(self, clip: str) -> str:
        return clip if self.media == 'frames' else f'{clip}.mp4'

    def read_split(self, lines: list[str]) -> Iterator[tuple[int, str, str]]:
        for number, clip, name, *_ in self._rows(lines, self.split_file):
            yield number, clip, name

    def label_of(self, name: str, lines: list[str], number: int) -> int | list[int]:
        if self.setting != 'multi':
            return super().label_of(name, lines, number)
        has = {
            super(MAFWDataset, self).label_of(n, lines, number) for n in name.split('_')
        }
        return [int(i in has) for i in range(len(self.classes))]

    def annotate(self, entries: list[dict]) -> None:
        if not self.captions:
            return
        own = self._list('with_caption')
        fields = dict(self.split_fields(), captions='with_caption')
        path = find_file('mafw', Path(self.data_root), 'split', own, **fields).path
        if not path.is_file():
            raise MissingDataError(f'captions=True, but there is no {path}.')
        texts = {
            clip: texts
            for _, clip, _, *texts in self._rows(read_lines(path, self.ENCODINGS), path)
        }
        for entry in entries:
            entry['caption_zh'], entry['caption'] = texts.get(entry['clip'], ('', ''))
        described = sum(entry['clip'] in texts for entry in entries)
        print_log(
            f'{described} of the {len(entries)} clips have a caption in {path}.',
            logger='current',
        )

    def _rows(self, lines: list[str], path: Path) -> Iterator[tuple]:
        """Line number, clip, class, and the Chinese and English texts, if any."""
        for number, line in enumerate(lines, start=1):
            fields = line.split('\t') if '\t' in line else line.split()
            fields = [field.strip() for field in fields]
            if not any(fields):
                continue
            match = _CLIP.fullmatch(fields[0])
            if len(fields) not in (2, 4) or not match:
                raise SplitFileError(
                    path,
                    number,
                    line,
                    "expected '<5 digits>.mp4 <class>', or also the Chinese and the "
                    'English text, all four separated by tabs',
                )
            yield number, match[1], fields[1].lower(), *fields[2:]
