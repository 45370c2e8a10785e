"""Places of the clips and the list of a benchmark."""

from abc import abstractmethod
from pathlib import Path
from typing import ClassVar

from . import known_layouts
from .clip_dataset import ClipDataset, MissingDataError


class PlacedDataset(ClipDataset):
    """Base class of data sets with known places of clips and list.

    The places are the authors', or those in :mod:`~tgdfer_mm.datasets.known_layouts`.
    """

    REQUEST: ClassVar[str]  # where to get the data
    LISTED: ClassVar[bool] = True  # whether the authors have a list of the clips
    FOLDERS: ClassVar[dict[str, dict[str, str]]]  # media -> pixel version -> folder
    ALIASES: ClassVar[str | None] = None  # file in aliases/: other names of folders

    @abstractmethod
    def default_split_file(self) -> str:
        """The authors' path of the split file below the root."""

    def split_fields(self) -> dict:
        """Values in the names of split files in ``aliases/``."""
        return dict(subset=self.listed_as, fold=self.fold)

    def find_media(self, root: Path) -> Path:
        """The folder of the clips below the root, under any of its known names."""
        own = self.FOLDERS[self.media][self.pixel_version]
        found = known_layouts.find_media(
            self.ALIASES, root, self.media, self.pixel_version, own
        )
        return self._stated(found, 'media_dir')

    def find_split(self, root: Path) -> Path:
        """The list of the clips below the root, under any of its known names."""
        own = self.default_split_file()
        found = known_layouts.find_file(
            self.ALIASES, root, 'split', own, **self.split_fields()
        )
        return self._stated(found, 'split_file')

    def _stated(self, found: known_layouts.Found, option: str) -> Path:
        remark = found.remark(option)
        if remark:
            self.warn(f'{self.NAME}: {remark}')
        return found.path

    @classmethod
    def require_data(cls, **config) -> None:
        """Checks that root, list and media folder exist, without reading them.

        Args:
            **config: The arguments of the data set.

        Raises:
            MissingDataError: If one is absent.
        """
        config = {k: v for k, v in config.items() if k not in ('type', 'pipeline')}
        cls(**{**config, 'lazy_init': True}).check_places()

    def check_places(self) -> None:
        """Raises FileNotFoundError if root, list or media folder is absent."""
        wanted = {
            'data_root': Path(self.data_root),
            'split file': self.split_file,
            f'{self.media} ({self.pixel_version})': self.media_dir,
        }
        if all(path.exists() for path in wanted.values()):
            return
        looked = '\n'.join(
            f'  {"found  " if path.exists() else "missing"} {what}: {path}'
            for what, path in wanted.items()
        )
        raise MissingDataError(
            f'{self.NAME} is not complete. Looked for\n{looked}\n{self.how_to_get()}'
        )

    def how_to_get(self) -> str:
        """Advice where to get the data, and what to do with them."""
        return (
            f'{self.NAME} is licensed on request: {self.REQUEST}. If you have it, '
            'unpack its archives and set data_root, or media_dir and split_file if '
            'your folders have other names.'
        )
