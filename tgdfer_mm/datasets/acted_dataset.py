"""Data sets of acted emotions, whose file names say actor and emotion."""

from abc import abstractmethod
from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import ClassVar

from ..clips.git_lfs import is_pointer
from .acted_names import acted_names
from .clip_dataset import MissingDataError
from .clip_sources import path_key
from .dfer_dataset import DFERDataset
from .face_data import read_face_data
from .text_files import DataError

FACES = 'faces'  # folder, and pixel version before its settings are known


class ActedDataset(DFERDataset):
    """Base class of data sets of acted emotions, with folds by actor.

    No actor is in both training and test clips of a fold. There is no list to read:
    ``acted/<LABEL_SET>.json`` has all recordings and the test actors of each fold, with
    sources, so that absent files are noticed. Each clip has its ``actor``, ``sentence``
    and ``intensity`` (the last two in words), and ``audio``, the file with its sound,
    if there is one.

    With ``media='frames'``, the clips are the folders of faces that `tgdfer data faces`
    has made from the videos. The settings of the crop are the pixel version, which
    ``faces.json`` names. See :class:`DFERDataset` for the other arguments.

    Args:
        protocol: Name of the protocol, which gives the test actors of each fold; by
            default the first in the file.
        keep: Field of the file names to the codes of the recordings that are kept, e.g.
            ``dict(intensity=['HI'])``; by default all are kept.

    Raises:
        DataError: If a protocol, field or code that the data set does not have; or the
            clips were cropped with other settings than `pixel_version` says.
        MissingDataError: If the videos are pointers of git-lfs.
    """

    LISTED = False
    TERMS: ClassVar[str]  # terms of use
    SOUNDS: ClassVar[dict[str, str]]  # folder -> form of a sound file's path in it
    KINDS: ClassVar[
        tuple[str, ...]
    ] = ()  # fields that mark other files of the archives

    def __init__(
        self,
        data_root: str,
        subset: str,
        fold: int | None = None,
        protocol: str | None = None,
        keep: Mapping[str, Collection[str]] | None = None,
        **kwargs,
    ) -> None:
        for option in ('split_file', 'label_base', 'list_order'):
            if kwargs.get(option) is not None:
                raise DataError(
                    f'{option}: {self.NAME} has no list, because the file names say '
                    'everything, and `protocol` sets the test actors; leave it out.'
                )
        self.names = acted_names(self.LABEL_SET)
        self.protocol = protocol or next(iter(self.names.protocols))
        self.keep = keep
        self.chosen = self.names.choose(self.protocol, keep)
        self.FOLDS = len(self.names.folds(self.protocol))
        super().__init__(data_root, subset, fold, **kwargs)
        self._metainfo['protocol'] = self.protocol
        if keep is not None:
            self._metainfo['keep'] = {k: sorted(codes) for k, codes in keep.items()}

    @classmethod
    def count_folds(cls, protocol: str | None = None, **config) -> int:
        """Number of folds of the protocol."""
        names = acted_names(cls.LABEL_SET)
        protocol = protocol or next(iter(names.protocols))
        names.choose(protocol)  # refuses an unknown protocol
        return len(names.folds(protocol))

    def how_to_get(self) -> str:
        return (
            f'{self.NAME} needs no request: {self.REQUEST}. {self.TERMS} Set data_root '
            f'to its folder. Training reads faces: `tgdfer data prepare {self.ALIASES} '
            f'... --faces-from-videos {FACES}` cuts them out of the videos, or '
            'media_dir says where they are.'
        )

    def default_split_file(self) -> str:
        return str(self.names.path)

    def find_split(self, root: Path) -> Path:
        return self.names.path

    def read_split(self, lines: list[str]) -> None:
        raise NotImplementedError  # there is no list, see read_list

    def name_pixels(self) -> str:
        if self.media != 'frames':
            return self.pixel_version
        known = read_face_data(self.media_dir)
        if known is None or self.pixel_version == known.pixel_version:
            return self.pixel_version
        if self.pixel_version != FACES:
            raise DataError(
                f'pixel_version={self.pixel_version!r}, but the clips in '
                f'{self.media_dir} were cropped as {known.pixel_version!r}, by their '
                'faces.json. Results on the two cannot be compared; set pixel_version '
                'to that name.'
            )
        return known.pixel_version

    # The clips.

    @abstractmethod
    def place(self, clip: str) -> str:
        """Path of a clip below the folder of videos or faces, without the suffix."""

    def media_name(self, clip: str) -> str:
        return self.place(clip) if self.media == 'frames' else self.video_name(clip)

    @abstractmethod
    def video_name(self, clip: str) -> str:
        """Path of a clip's video below the folder of the videos."""

    def read_path(self, path: str) -> dict[str, str]:
        """The code of each field in the path of a video below their folder.

        Raises:
            DataError: If it is not a file name of this data set; the message says which
                part is wrong.
        """
        return self.names.read(PurePosixPath(path).stem)

    def other_kind(self, path: str) -> str | None:
        """The kind of a recording that the protocols leave out, such as ``song``.

        Args:
            path: Path of a video below the folder of the videos.

        Returns:
            None if the recording is not left out.

        Raises:
            DataError: See :meth:`read_path`.
        """
        for pattern, words in self.names.facts.get('left_out', {}).items():
            if fnmatchcase(path, pattern):
                return words
        kind, usual = (
            ', '.join(self.names.words(codes)[field] for field in self.KINDS)
            for codes in (self.read_path(path), next(iter(self.chosen.values())))
        )
        return None if kind == usual else kind

    def read_list(self) -> list[dict]:
        """The recordings of the subset, whether or not their clips exist."""
        tested = self.names.folds(self.protocol)[self.fold - 1]
        key = path_key(self.media)
        entries = []
        for clip, codes in self.chosen.items():
            if (codes['actor'] in tested) != (self.listed_as == 'test'):
                continue
            words = self.names.words(codes)
            entry = dict(clip=clip, label=self.classes.index(words.pop('emotion')))
            entry.update(modality='RGB', start_index=0, **words)
            entries.append({**entry, key: f'{self.media_dir}/{self.media_name(clip)}'})
        if not entries:
            raise DataError(
                f'{self.NAME}: keep={self.keep} keeps no clip for '
                f'subset={self.subset!r} of fold {self.fold}.'
            )
        return entries

    def load_data_list(self) -> list[dict]:
        self.check_places()
        self._refuse_pointers()
        return super().load_data_list()

    def _refuse_pointers(self) -> None:
        if self.media == 'frames':
            return
        paths = (self.media_dir / self.video_name(clip) for clip in self.chosen)
        pointers = [path for path in paths if is_pointer(path)]
        if pointers:
            raise MissingDataError(
                f'{len(pointers)} of the {len(self.chosen)} videos in {self.media_dir} '
                f'are pointers of git-lfs, such as {pointers[0].name}: their content '
                'was not fetched. Install git-lfs and run `git lfs pull` there.'
            )

    def annotate(self, entries: list[dict]) -> None:
        self.add_sounds(entries)

    def add_sounds(self, entries: list[dict]) -> None:
        """Adds the path of the sound to each clip, if the folder exists."""
        root = Path(self.data_root)
        folder = next((f for f in self.SOUNDS if (root / f).is_dir()), None)
        for entry in entries if folder else ():
            path = self.SOUNDS[folder].format(place=self.place(entry['clip']))
            entry['audio'] = str(root / folder / path)

    def _cut(self, entries: list[dict]) -> list[dict]:
        """The actors with the highest numbers validate and do not train [choice]."""
        actors = sorted({entry['actor'] for entry in entries}, key=int)
        if not 0 < self.val_part < 1 or len(actors) < 2:
            raise DataError(
                f'val_part={self.val_part}: it must be between 0 and 1, and there must '
                f'be two or more actors to train on, not {len(actors)}.'
            )
        count = min(max(int(len(actors) * self.val_part + 0.5), 1), len(actors) - 1)
        validating = set(actors[-count:])
        wanted = self.subset == 'val'
        return [e for e in entries if (e['actor'] in validating) == wanted]
