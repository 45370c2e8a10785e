"""SynthDFER: drawn faces in DFEW's layout, made when they are first needed."""

import numpy as np
from mmengine.dist import barrier, is_main_process
from mmengine.logging import print_log

from ..registry import DATASETS
from ..synth.captions import caption_clip
from ..synth.levels import DEMO, class_shares, load_level
from ..synth.tree import SynthSpec, ensure_tree
from .dfew import DFEWDataset


@DATASETS.register_module()
class SynthDFEWDataset(DFEWDataset):
    """Synthetic clips, generated into `data_root` unless they are there already.

    From then on a :class:`DFEWDataset`: five folds whose people differ. The drawn
    faces of the same arguments are the same everywhere. The main process draws, the
    others wait. True intensities lie in ``<data_root>/intensities.json``, for
    evaluation only.

    Args:
        data_root: Folder to generate into.
        subset: ``'train'``, ``'val'`` or ``'test'``.
        fold: 1 to 5; None means the first one.
        media: ``'frames'`` or ``'videos'``; videos are written only if asked for.
        size: Width and height of the frames, pixels.
        seed: Seed of faces and movements.
        clips_per_class: Clips of each emotion in each fold's test part.
        level: ``demo``, or a level of the benchmark: ``easy``, ``hard``,
            ``very_hard``, or ``dynamics`` with its own six classes.
        lengths: Benchmark whose distribution of clip lengths is taken.
        style: How faces are rendered; ``sketch`` is held out from training.
        label_noise: Share of the training clips that carry another class's label;
            which ones depends on `seed` alone.
        imbalance: Benchmark whose class counts thin out the classes, in training and
            testing alike; None keeps them equal.
        captions: Whether each clip also has a ``caption``, of what it truly shows;
            `label_noise` does not change it.
        **kwargs: Further arguments of :class:`DFEWDataset`.

    Raises:
        FileExistsError: `data_root` holds something else, or clips of other
            parameters.
        ValueError: An argument the generator does not know.
    """

    NAME = 'SynthDFER (DFEW layout)'
    REQUEST = 'it is generated; delete data_root to have it made anew'

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
        **kwargs,
    ) -> None:
        if not 0 <= label_noise < 1:
            raise ValueError(f'label_noise must be in [0, 1), not {label_noise}.')
        self.label_noise = label_noise
        self.imbalance = imbalance
        self.captions = captions
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
        # Or a file that has been packed of it.
        kwargs.setdefault('media_dir', next(iter(self.FOLDERS[media].values())))
        super().__init__(
            data_root, subset, fold, media, pixel_version=f'synth_{size}', **kwargs
        )

    def load_data_list(self) -> list[dict]:
        """Lists the clips, thinned out and mislabelled as asked for."""
        entries = super().load_data_list()
        people = {clip.number: clip.person for clip in self.spec.plan()}
        for entry in entries:
            entry['person'] = f'drawn {people[int(entry["clip"])]}'
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
        planned = {clip.number: clip for clip in self.spec.plan()}
        return [
            entry
            for entry in entries
            if planned[int(entry['clip'])].rank % per_fold
            < keep[self.classes[entry['label']]]
        ]

    def _caption(self, entries: list[dict]) -> None:
        planned = {clip.number: clip for clip in self.spec.plan()}
        for entry in entries:
            number = int(entry['clip'])
            clip = self.spec.clip(planned[number])
            entry['caption'] = caption_clip(clip, (self.spec.seed, number))

    def _mislabel(self, entries: list[dict]) -> None:
        for entry in entries:
            rng = np.random.default_rng([self.spec.seed, int(entry['clip']), 77])
            if rng.random() < self.label_noise:
                other = int(rng.integers(1, len(self.classes)))
                entry['label'] = (entry['label'] + other) % len(self.classes)
