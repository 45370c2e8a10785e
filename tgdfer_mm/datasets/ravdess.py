"""RAVDESS: 8 classes, 24 actors, two sentences; speech and song."""

from ..registry import DATASETS
from .acted_dataset import ActedDataset
from .text_files import DataError


@DATASETS.register_module()
class RAVDESSDataset(ActedDataset):
    """The spoken clips of RAVDESS (Livingstone and Russo, PLoS ONE 2018): 1,440 clips.

    ``Actor_12/01-01-06-01-02-01-12.mp4`` is rendition 01 (with sound), channel 01
    (speech), emotion 06 (fearful), intensity 01, sentence 02, repetition 01, actor 12.
    The archives also hold the same takes without sound, and songs, which have no
    disgust or surprise and no actor 18. These files are left out, and `tgdfer data
    check` counts them.

    Actors with even numbers are women, those with odd ones men: each clip has its
    ``sex``. The actors' ages are not published. See :class:`ActedDataset` for the
    arguments.
    """

    NAME = 'RAVDESS'
    LABEL_SET = 'ravdess'
    ALIASES = 'ravdess'
    REQUEST = 'download Video_Speech_Actor_*.zip of https://zenodo.org/record/1188976'
    TERMS = 'It is under CC BY-NC-SA 4.0: non-commercial use only.'
    FOLDS = 6
    FOLDERS = {'frames': {'faces': 'faces'}, 'videos': {'original': 'videos'}}
    SOUNDS = {'videos': '{place}.mp4'}
    KINDS = ('rendition', 'channel')

    def place(self, clip: str) -> str:
        return f'Actor_{clip[-2:]}/{clip}'

    def video_name(self, clip: str) -> str:
        return f'{self.place(clip)}.mp4'

    def read_path(self, path: str) -> dict[str, str]:
        codes = super().read_path(path)
        folder = f'Actor_{codes["actor"]}'
        if not path.startswith(f'{folder}/'):
            raise DataError(f'{path!r} should be in the folder {folder}')
        return codes

    def annotate(self, entries: list[dict]) -> None:
        super().annotate(entries)
        for entry in entries:
            entry['sex'] = 'male' if int(entry['actor']) % 2 else 'female'
