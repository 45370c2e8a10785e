"""SynthDFER: drawn faces in DFEW's layout, made when they are first needed."""

from mmengine.dist import barrier, is_main_process
from mmengine.logging import print_log

from ..registry import DATASETS
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
        subset: ``'train'`` or ``'test'``.
        fold: 1 to 5; None means the first one.
        media: ``'frames'`` or ``'videos'``; videos are written only if asked for.
        size: Width and height of the frames, pixels.
        seed: Seed of faces and movements.
        clips_per_class: Clips of each emotion in each fold's test part.
        **kwargs: Further arguments of :class:`DFEWDataset`.

    Raises:
        FileExistsError: `data_root` holds something else, or clips of other
            parameters.
    """

    NAME = 'SynthDFER (DFEW layout)'
    REQUEST = 'it is generated; delete data_root to have it made anew'

    def __init__(
        self,
        data_root: str,
        subset: str,
        fold: int | None = None,
        media: str = 'frames',
        size: int = 64,
        seed: int = 0,
        clips_per_class: int = 16,
        **kwargs,
    ) -> None:
        if is_main_process():
            spec = SynthSpec(
                size=size,
                seed=seed,
                clips_per_class=clips_per_class,
                videos=media == 'videos',
            )
            ensure_tree(data_root, spec, report=lambda line: print_log(line, 'current'))
        barrier()
        super().__init__(
            data_root,
            subset,
            fold,
            media,
            pixel_version=f'synth_{size}',
            media_dir=next(iter(self.FOLDERS[media].values())),
            **kwargs,
        )
