"""SynthDFER: drawn faces in DFEW's layout, generated when first needed."""

from functools import cached_property

import numpy as np
from mmengine.dist import barrier, is_main_process
from mmengine.logging import print_log

from ..registry import DATASETS
from ..synth.captions import caption_clip
from ..synth.layouts import PlannedClip
from ..synth.levels import DEMO, class_shares, load_level
from ..synth.tree import FPS, SynthSpec, ensure_tree
from ..synth.voice import check_kind, clip_sound
from .dfew import DFEWDataset


@DATASETS.register_module()
class SynthDFEWDataset(DFEWDataset):
    """SynthDFER, drawn clips that are generated into `data_root` [choice].

    It is a :class:`DFEWDataset` with five folds of different people. Clips that exist
    are not generated again. The same arguments give the same faces on every machine.
    The main process draws, and the others wait. True intensities are in
    ``<data_root>/intensities.json``, for evaluation only.

    Args:
        data_root: Folder to generate into.
        subset: ``'train'``, ``'val'`` or ``'test'``.
        fold: 1 to 5; None means the first one.
        media: ``'frames'`` or ``'videos'``; videos are written only on request.
        size: Width and height of the frames, pixels.
        seed: Seed of faces and movements.
        clips_per_class: Clips of each emotion in each fold's test part.
        level: ``demo``, or a level of the benchmark: ``easy``, ``hard``,
            ``very_hard``, or ``dynamics`` with its own six classes.
        lengths: Benchmark whose distribution of clip lengths is taken.
        style: Style of the faces; ``sketch`` is not used in pre-training.
        label_noise: Share of the training clips that carry another class's label; the
            choice depends on `seed` alone.
        imbalance: Benchmark whose class frequencies the clips get, in training and
            testing; None keeps the classes equal.
        captions: Whether each clip also has a ``caption`` that describes its true
            content; `label_noise` does not change it.
        sound: Whether each clip also has a ``sound``, a
            :class:`~tgdfer_mm.sound.reading.Sound`: ``'true'``, a synthetic voice that
            follows the face, or ``'other'``, one that follows something else. It is
            generated when a clip is read, and not stored.
        **kwargs: Further arguments of :class:`DFEWDataset`.

    Raises:
        FileExistsError: `data_root` holds something else, or clips of other
            parameters.
        ValueError: If the generator does not know an argument.
    """

    NAME = 'SynthDFER (DFEW layout)'
    REQUEST = 'it is generated; delete data_root to generate it again'

    @classmethod
    def require_data(cls, **config) -> None:
        """Nothing is required: the clips are drawn."""

    def __init__(
        self,
        data_root: str,
        subset: str,
        fold: int | None = None,
        media: str = 'frames',
        size: int = 64,
        seed: int = 0,
        clips_per_class: int = 16,
        level: str = DEMO,
        lengths: str = 'ferv39k',
        style: str = 'drawn',
        label_noise: float = 0.0,
        imbalance: str | None = None,
        captions: bool = False,
        sound: str | None = None,
        **kwargs,
    ) -> None:
        if not 0 <= label_noise < 1:
            raise ValueError(f'label_noise must be in [0, 1), not {label_noise}.')
        self.label_noise = label_noise
        self.imbalance = imbalance
        if sound is not None:
            check_kind(sound)
        self.captions = captions
        self.sound = sound
        self.spec = SynthSpec(
            size=size,
            seed=seed,
            clips_per_class=clips_per_class,
            videos=media == 'videos',
            level=level,
            lengths=lengths,
            style=style,
        )
        if level != DEMO:
            self.NAME = f'SynthDFER {level} (DFEW layout)'
            self.LABEL_SET = load_level(level).label_set
        if is_main_process():
            ensure_tree(
                data_root, self.spec, report=lambda line: print_log(line, 'current')
            )
        barrier()
        # Or a packed file of it.
        kwargs.setdefault('media_dir', next(iter(self.FOLDERS[media].values())))
        super().__init__(
            data_root, subset, fold, media, pixel_version=f'synth_{size}', **kwargs
        )

    @cached_property
    def planned(self) -> dict[int, PlannedClip]:
        """The plan of each clip, by its number."""
        return {clip.number: clip for clip in self.spec.plan()}

    def get_data_info(self, idx: int) -> dict:
        """Information about a clip, with its sound if requested."""
        info = super().get_data_info(idx)
        if self.sound is not None:
            number = int(info['clip'])
            clip = self.spec.clip(self.planned[number])
            seed = self.spec.seed, number
            info['sound'] = clip_sound(clip, seed, self.sound, FPS)
        return info

    def load_data_list(self) -> list[dict]:
        """Lists the clips, with the requested imbalance and label noise."""
        entries = super().load_data_list()
        for entry in entries:
            entry['person'] = f'drawn {self.planned[int(entry["clip"])].person}'
        if self.imbalance is not None:
            entries = self._thin_out(entries)
        if self.label_noise and self.subset != 'test':
            self._mislabel(entries)
        if self.captions:
            self._caption(entries)
        return entries

    def _thin_out(self, entries: list[dict]) -> list[dict]:
        shares, per_fold = class_shares(self.imbalance), self.spec.clips_per_class
        if set(shares) != set(self.classes):
            raise ValueError(
                f'imbalance={self.imbalance!r} is about {list(shares)}; this level has '
                f'{list(self.classes)}.'
            )
        keep = {name: max(1, round(share * per_fold)) for name, share in shares.items()}
        return [
            entry
            for entry in entries
            if self.planned[int(entry['clip'])].rank % per_fold
            < keep[self.classes[entry['label']]]
        ]

    def _caption(self, entries: list[dict]) -> None:
        for entry in entries:
            number = int(entry['clip'])
            clip = self.spec.clip(self.planned[number])
            entry['caption'] = caption_clip(clip, (self.spec.seed, number))

    def _mislabel(self, entries: list[dict]) -> None:
        for entry in entries:
            rng = np.random.default_rng([self.spec.seed, int(entry['clip']), 77])
            if rng.random() < self.label_noise:
                other = int(rng.integers(1, len(self.classes)))
                entry['label'] = (entry['label'] + other) % len(self.classes)
