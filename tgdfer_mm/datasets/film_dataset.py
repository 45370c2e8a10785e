"""Long videos with weak labels: the emotions that occur, without their times."""

from collections.abc import Callable, Sequence
from pathlib import Path

from ..labels.classes import load_classes
from ..registry import DATASETS
from ..run_config.pipelines import check_readers
from .clip_dataset import ClipDataset, MissingDataError
from .clip_sources import open_clips, path_key
from .damaged_clips import DamagedClips
from .film_files import Film, read_films
from .text_files import DataError


@DATASETS.register_module()
class FilmDataset(ClipDataset):
    """Long videos with several emotions, for weakly supervised localisation [choice].

    The label of a film is 0 or 1 for each class. The annotation file may have its
    episodes; only :class:`~tgdfer_mm.evaluation.LocalisationMetric` reads these, and
    this class does not pass them on. Captions are passed on as ``captions``: start and
    end in seconds, and the text of each.

    Args:
        data_root: Root folder.
        subset: ``'train'``, ``'val'`` or ``'test'``; used in the log and by recipes.
        ann_file: See :func:`~tgdfer_mm.datasets.film_files.read_films`; absolute or
            below `data_root`. Each subset has its own.
        classes: Names of the classes in their order, or a label set's name or path.
        media: ``'frames'``, a folder of pictures for each film, or ``'videos'``, an
            MP4 file for each.
        media_dir: Folder of these; absolute or below `data_root`.
        pipeline: Transforms, ending in ``PackDFERInputs``.
        **kwargs: As for :class:`~tgdfer_mm.datasets.clip_dataset.ClipDataset`.

    Raises:
        DataError: If the file does not have the described form, or has a class that is
            not listed.
        MissingDataError: If the media folder or every film is missing.
    """

    NAME = 'films'
    FOLDS = None
    setting = 'multi'
    fold = None
    val_part = 0.0
    pixel_version = 'own'

    def __init__(
        self,
        data_root: str,
        subset: str,
        ann_file: str,
        classes: str | Sequence[str],
        media: str = 'frames',
        media_dir: str | None = None,
        pipeline: Sequence[dict | Callable] = (),
        **kwargs,
    ) -> None:
        if media not in ('frames', 'videos'):
            raise DataError(f"media must be 'frames' or 'videos', not {media!r}.")
        check_readers(media, pipeline)
        root = Path(data_root).expanduser().absolute()
        self.subset, self.media = subset, media
        self.split_file = root / ann_file
        self.media_dir = root / (media_dir or media)
        self.classes = (
            load_classes(classes) if isinstance(classes, str) else tuple(classes)
        )
        super().__init__(str(root), subset, pipeline, **kwargs)

    @classmethod
    def require_data(cls, **config) -> None:
        """Checks that the annotation file and the media folder exist.

        Raises:
            MissingDataError: If one is absent.
        """
        config = {k: v for k, v in config.items() if k not in ('type', 'pipeline')}
        data = cls(**{**config, 'lazy_init': True})
        for what, path in (('file', data.split_file), ('folder', data.media_dir)):
            if not path.exists():
                raise MissingDataError(f'{cls.NAME}: there is no {what} {path}')

    def media_name(self, clip: str) -> str:
        return clip if self.media == 'frames' else f'{clip}.mp4'

    def load_data_list(self) -> list[dict]:
        """Lists the films, whether or not they exist."""
        films = read_films(self.split_file)
        entries = [self._entry(film) for film in films.values()]
        places = {name: self.media_name(name) for name in films}
        self.damaged = DamagedClips(list(places))
        depth = next(iter(places.values())).count('/') + 1
        self.clips = open_clips(
            *(self.media, self.media_dir, self.data_root, self.NAME),
            self.pixel_version,
            depth,
        )
        missing = self.clips.absent(places.values())
        absent = [name for name, place in places.items() if place in missing]
        if len(absent) == len(films):
            raise MissingDataError(
                f'None of the {len(films)} films in {self.split_file} is in '
                f'{self.media_dir}; set data_root or media_dir.'
            )
        if absent:
            self.damaged.report_absent(self, absent)
        return entries

    def _entry(self, film: Film) -> dict:
        unknown = [name for name in film.labels if name not in self.classes]
        if unknown:
            raise DataError(
                f'{self.split_file}, film {film.name!r}: unknown class {unknown[0]!r}; '
                f'there are {list(self.classes)}'
            )
        entry = dict(
            clip=film.name,
            label=[int(name in film.labels) for name in self.classes],
            modality='RGB',
            start_index=0,
            seconds=film.seconds,
        )
        if film.captions:
            entry['captions'] = [tuple(part) for part in film.captions]
        if film.person is not None:
            entry['person'] = film.person
        path = self.media_dir / self.media_name(film.name)
        return {**entry, path_key(self.media): str(path)}
