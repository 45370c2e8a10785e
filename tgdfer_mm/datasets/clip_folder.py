"""A user's own clips as a data set."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from mmengine.logging import MMLogger

from ..clips.frame_names import is_frame
from ..registry import DATASETS
from ..run_config.pipelines import check_readers
from .clip_dataset import ClipDataset
from .clip_sources import VideoFiles, path_key
from .damaged_clips import DamagedClips
from .face_data import read_face_data
from .own_clips import OwnClip
from .own_folds import FOLDS, make_folds, validation_part
from .own_reading import read_own, require_own
from .text_files import DataError, EmptySplitFileError

_said: set[tuple[str, str]] = set()


@DATASETS.register_module()
class ClipFolderDataset(ClipDataset):
    """A user's own clips: folders by class, or a list.

    The clips are ``root/class/clip.mp4`` or ``root/class/clip/*.jpg``, also mixed; or a
    list such as ``root/clips.csv`` has the columns ``path,label[,person][,split]``. See
    :func:`~tgdfer_mm.datasets.own_tree.read_tree` and
    :func:`~tgdfer_mm.datasets.own_lists.read_list`. If no split is stated, the clips
    are divided into five folds, see :func:`~tgdfer_mm.datasets.own_folds.make_folds`.
    Clips that cannot be used are left out, and the log counts them by class.

    Args:
        data_root: The folder, or the list.
        subset: ``'train'``, ``'val'`` or ``'test'``.
        fold: Number of the fold, from 1; None for the first one, or for stated splits.
        classes: The classes in order: names, or the name or path of a label set; by
            default those in ``classes.json`` next to the clips, or else the labels of
            the clips in alphabetical order.
        val_part: Share of the training clips that are used for validation and not for
            training, unless the split states the validation clips.
        pipeline: Transforms for frames, which also read videos.
        **kwargs: As for :class:`~tgdfer_mm.datasets.clip_dataset.ClipDataset`.

    Raises:
        DataError: If the clips cannot be used; the message names file and line.
        MissingDataError: If there is no such folder or list.
    """

    NAME = 'own clips'
    FOLDS = FOLDS

    def __init__(
        self,
        data_root: str,
        subset: str,
        fold: int | None = None,
        classes: str | Sequence[str] | None = None,
        val_part: float = 0.0,
        pipeline: Sequence[dict | Callable] = (),
        **kwargs,
    ) -> None:
        self.check_subset(subset, val_part)
        self.subset, self.val_part, self.media = subset, val_part, 'frames'
        check_readers(self.media, pipeline)
        self.own = read_own(data_root, classes)
        self.classes = self.own.classes
        self.setting = 'multi' if self.own.kind == 'multi' else 'single'
        self.media_dir, self.split_file = self.own.root, self.own.source
        faces = read_face_data(self.own.root)
        self.pixel_version = faces.pixel_version if faces else 'as they are'
        self.NAME = f'{self.own.root.name} ({type(self).NAME})'
        self.fold, self._folds = None, None
        if self.own.fixed:
            if fold is not None:
                raise DataError(
                    f'{self.split_file} states the split of its clips, so there are no '
                    f'folds, but fold={fold!r} was given; leave it out.'
                )
        else:
            self._folds = make_folds(self.own)
            self.fold = 1 if fold is None else fold
            if type(self.fold) is not int or not 1 <= self.fold <= self._folds.count:
                raise DataError(
                    f'fold must be 1 to {self._folds.count}, the number of folds of '
                    f'{self.split_file}, not {fold!r}.'
                )
        super().__init__(str(self.own.root), subset, pipeline, **kwargs)

    @classmethod
    def require_data(cls, data_root: str, **config) -> None:
        """Checks that the folder or list exists.

        Raises:
            MissingDataError: If it does not exist.
        """
        require_own(data_root)

    @classmethod
    def count_folds(
        cls, data_root: str, classes: str | Sequence[str] | None = None, **config
    ) -> int | None:
        """Number of folds of the clips; None if their split is stated."""
        own = read_own(data_root, classes)
        return None if own.fixed else make_folds(own).count

    def media_name(self, clip: str) -> str:
        return clip

    def load_data_list(self) -> list[dict]:
        """The clips of the subset, in the order of their names."""
        for remark in [
            *self.own.remarks,
            *self.own.losses(),
            *(self._folds.remarks if self._folds else ()),
        ]:
            self._say(remark)
        clips = self._of_subset()
        if not clips:
            folds = '' if self._folds is None else f' of fold {self.fold}'
            raise EmptySplitFileError(
                f'{self.split_file} has no clip to {_VERBS[self.subset]}{folds}. '
                + (
                    'State some in its split (train, val, test).'
                    if self.own.fixed
                    else 'Add clips: a class needs two or more to be tested.'
                )
            )
        clips = sorted(clips, key=lambda clip: clip.name)
        self.damaged = DamagedClips([clip.name for clip in clips])
        self.clips = OwnFiles({clip.name: clip for clip in clips})
        return [self._entry(clip) for clip in clips]

    def _of_subset(self) -> list[OwnClip]:
        if self._folds is None:
            split = {clip.name: clip.split for clip in self.own.clips}
        else:
            tested = {name for name, f in self._folds.of.items() if f == self.fold}
            split = {
                clip.name: 'test' if clip.name in tested else 'train'
                for clip in self.own.clips
            }
        if self.val_part and 'val' not in split.values():
            trained = [c for c in self.own.clips if split[c.name] == 'train']
            split.update(dict.fromkeys(self._validating(trained), 'val'))
        return [clip for clip in self.own.clips if split[clip.name] == self.subset]

    def _validating(self, trained: list[OwnClip]) -> set[str]:
        chosen = validation_part(trained, self.val_part)
        if chosen:
            return chosen
        self._say(
            f'{self.split_file}: there are too few people in the training clips to use '
            'one for validation, so single clips validate, and the same person may be '
            'in training and validation.'
        )
        alone = [replace(clip, person=None, source=None) for clip in trained]
        return validation_part(alone, self.val_part)

    def _entry(self, clip: OwnClip) -> dict:
        shares = self.own.vector(clip)
        label = self.classes.index(clip.main_class)
        entry = dict(clip=clip.name, modality='RGB', start_index=0)
        entry['label'] = [int(s > 0) for s in shares] if self._several else label
        if self.own.kind == 'soft':
            entry['soft_label'] = shares
        entry[path_key('videos' if clip.video else 'frames')] = str(clip.path)
        if clip.line is not None:
            entry['line'] = clip.line
        if clip.person:
            entry['person'] = clip.person
        return entry

    @property
    def _several(self) -> bool:
        return self.setting == 'multi'

    def _say(self, remark: str) -> None:
        """Warns once in each log; every run begins a new one."""
        key = (MMLogger.get_current_instance().instance_name, remark)
        if key not in _said:
            _said.add(key)
            self.warn(remark)


class OwnFiles(VideoFiles):
    """Clips that are videos or folders of frames, at any place.

    Args:
        clips: By name.
    """

    def __init__(self, clips: dict[str, OwnClip]) -> None:
        super().__init__(Path())  # the paths of the clips are absolute
        self._clips = clips

    def absent(self, places: Iterable[str]) -> set[str]:
        """The clips that do not exist."""
        return {place for place in places if not self._clips[place].path.exists()}

    def num_frames(self, place: str) -> int:
        """Number of frames of a clip; 0 if it cannot be read."""
        clip = self._clips[place]
        if clip.video:
            return super().num_frames(str(clip.path))
        return sum(map(is_frame, os.listdir(clip.path)))


_VERBS = {'train': 'train on', 'val': 'validate on', 'test': 'test on'}
