"""Computes the features of a plan, once."""

import json
import random
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from zlib import crc32

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.dist import (
    all_gather_object,
    barrier,
    get_rank,
    get_world_size,
    is_main_process,
)
from mmengine.logging import print_log
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, Subset

from ..clips.errors import DamagedClipError
from ..datasets.feature_store import (
    ARRAY,
    HEADER,
    SCHEMA,
    FeatureStore,
    checksum,
    digest_of_header,
)
from ..files import write_text
from ..locks import BusyError, held
from ..random_state import random_state_kept
from ..registry import MODELS
from ..version import __version__
from .feature_plan import PRECISIONS, Plan
from .processes import as_one
from .views import FLIP, PLAIN


def cache_features(
    cfg: Config,
    folder: str | Path,
    *,
    batch_size: int = 64,
    num_workers: int = 0,
    device: str | None = None,
    plan: Plan | None = None,
    **options,
) -> Path:
    """Computes the features that a config needs, unless they are there already.

    They are features of every frame of every clip of all subsets, and so of all folds.
    In a distributed run every process computes a share; all must use the same folder.

    Args:
        cfg: Config of a run with a frozen tower.
        folder: Folder of the caches; each cache has its own folder below, named by its
            key.
        batch_size: Frames in a batch.
        num_workers: Processes that read clips.
        device: Where the tower runs; by default CUDA if there is a device.
        plan: The plan of `cfg`, if it is known already.
        **options: See :class:`Plan`.

    Returns:
        The folder of these features.

    Raises:
        FeatureCacheError: The config cannot be trained on computed features.
    """
    plan = plan or Plan(cfg, **options)
    path = Path(folder).expanduser().absolute() / plan.key[:16]
    device = device or ('cuda' if torch.cuda.is_available() else 'cpu')
    with ExitStack() as stack:
        if not _is_there(path, stack):
            with random_state_kept():
                _compute(plan, path, batch_size, num_workers, device)
            return path
    plan.check(FeatureStore(path))
    return path


def _is_there(path: Path, stack: ExitStack) -> bool:
    """Opens the features, or locks their folder; the main process decides for all.

    Another process may see a new file later than the main one. If the features are
    missing, the main process locks the folder. It waits for another run that computes
    the same features, for instance for another fold.
    """

    def look() -> bool:
        if (path / HEADER).is_file():
            return True
        lock, what = path.with_name(f'.{path.name}.lock'), f'the features in {path}'
        try:
            stack.enter_context(held(lock, what))
        except BusyError as error:
            print_log(f'{error} This run waits.', logger='current')
            stack.enter_context(held(lock, what, wait=True))
        return (path / HEADER).is_file()

    return as_one(look)


def _compute(
    plan: Plan, path: Path, batch_size: int, num_workers: int, device: str
) -> None:
    pictures = ClipPictures(plan)
    counts = pictures.counts()
    rows = np.cumsum([0, *counts])
    width = plan.tower.out_channels
    if is_main_process():
        path.mkdir(parents=True, exist_ok=True)
        np.lib.format.open_memmap(
            path / ARRAY,
            'w+',
            plan.dtype,
            (len(plan.views), int(rows[-1]), width),
        ).flush()
        print_log(
            f'Computing features of {rows[-1]} frames of {len(counts)} clips, views '
            f'{", ".join(plan.views)}, in {path}',
            logger='current',
        )
    barrier()
    array = np.load(path / ARRAY, mmap_mode='r+')
    own = range(get_rank(), len(counts), get_world_size())
    loader = DataLoader(Subset(pictures, own), batch_size=None, num_workers=num_workers)
    preprocessor = MODELS.build(plan.cfg.model.data_preprocessor).to(device)
    tower = plan.tower.to(device)
    damaged: dict[str, str] = dict(pictures.damaged)
    sums: dict[str, int] = {}
    for step, (place, views) in enumerate(loader):
        if isinstance(views, str):
            damaged[pictures.names[place]] = views
            continue
        where = slice(rows[place], rows[place + 1])
        features = np.empty((len(plan.views), counts[place], width), array.dtype)
        for row, (view, frames) in enumerate(views.items()):
            with torch.autocast(
                torch.device(device).type,
                PRECISIONS[plan.precision],
                enabled=plan.precision != 'fp32',
            ):
                drawn = view not in (PLAIN, FLIP)
                found = tower_features(tower, preprocessor, frames, batch_size, drawn)
            features[row] = found.cpu().numpy()
        array[:, where] = features
        sums[pictures.names[place]] = checksum(features)
        if (step + 1) % 500 == 0:
            print_log(f'{step + 1} of {len(own)} clips', logger='current')
    array.flush()
    plan.tower.cpu()
    for theirs in all_gather_object((damaged, sums)):
        damaged |= theirs[0]
        sums |= theirs[1]
    if is_main_process():
        header = _header(plan, counts, damaged, sums)
        header['sha256'] = digest_of_header(header)
        write_text(path / HEADER, json.dumps(header))
    barrier()


@torch.no_grad()
def tower_features(
    tower: nn.Module,
    preprocessor: nn.Module,
    frames: Tensor,
    batch_size: int,
    drawn: bool = False,
) -> Tensor:
    """Features (F, D) of frames (F, 3, H, W) uint8, some at a time.

    Args:
        tower: The image tower.
        preprocessor: The model's data preprocessor.
        frames: The frames of one clip.
        batch_size: Frames in a batch at most.
        drawn: Whether the preprocessor may augment, if it does that.
    """
    batch = dict(inputs=[frames], data_samples=None)
    images = preprocessor(batch, training=drawn)['inputs'].flatten(0, 1)
    return torch.cat([tower(part).float() for part in images.split(batch_size)])


class ClipPictures(Dataset):
    """All frames of each clip of a plan, as the tower gets them.

    An item is the clip's place and a dict of the views (F, 3, H, W) uint8, or the
    reason why the clip cannot be read.

    Attributes:
        damaged: Clips that cannot be opened -> reason; known after :meth:`counts`.
    """

    def __init__(self, plan: Plan) -> None:
        self.names = list(plan.clips)
        self.places = list(plan.clips.values())
        self.views, self.seed = plan.views, plan.seed
        self.opening = Compose(plan.testing.opening)
        self.decoding = Compose(plan.testing.decoding)
        shape = dict(type='FormatShape', input_format='NCHW')
        self.plain = Compose([*plan.testing.spatial, shape])
        drawn = plan.training.spatial if plan.training else []
        self.drawn = Compose([*drawn, shape])
        self.damaged: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self.names)

    def counts(self) -> list[int]:
        """Number of frames of each clip; 0 for one that cannot be opened."""
        found = []
        for name, (data, i) in zip(self.names, self.places, strict=True):
            try:
                found.append(self.opening(data.get_data_info(i))['total_frames'])
            except DamagedClipError as error:
                self.damaged[name] = error.reason
                found.append(0)
        return found

    def __getitem__(self, place: int) -> tuple[int, dict[str, Tensor] | str]:
        data, i = self.places[place]
        try:
            clip = self.opening(data.get_data_info(i))
            total = clip['total_frames']
            clip.update(
                frame_inds=np.arange(total),
                clip_len=total,
                num_clips=1,
                num_valid=total,
            )
            clip = self.decoding(clip)
        except DamagedClipError as error:
            return place, error.reason
        return place, {view: self._view(view, clip, place) for view in self.views}

    def _view(self, view: str, clip: Mapping, place: int) -> Tensor:
        # Copies: transforms may work in place.
        clip = {**clip, 'imgs': [img.copy() for img in clip['imgs']]}
        total = len(clip['imgs'])
        if view in (PLAIN, FLIP):
            frames = self.plain(clip)['imgs']
            frames = frames[..., ::-1] if view == FLIP else frames
        else:
            self._seed(view, place)
            frames = self.drawn(clip)['imgs']
        if len(frames) != total:
            raise ValueError(
                f'The transforms made {len(frames)} pictures of the {total} frames of '
                f'clip {self.names[place]}: computed features need one of each.'
            )
        return torch.from_numpy(np.ascontiguousarray(frames))

    def _seed(self, view: str, place: int) -> None:
        entropy = [self.seed, crc32(view.encode()), crc32(self.names[place].encode())]
        seed = int(np.random.SeedSequence(entropy).generate_state(1)[0])
        random.seed(seed)
        np.random.seed(seed)
        torch.manual_seed(seed)


def _header(
    plan: Plan, counts: list[int], damaged: dict[str, str], sums: dict[str, int]
) -> dict:
    return dict(
        schema=SCHEMA,
        version=__version__,
        key=plan.key,
        parts=plan.parts,
        options=plan.options,
        clips=list(plan.clips),
        frames=counts,
        identities=plan.identities,
        damaged=damaged,
        sums=[sums.get(clip) for clip in plan.clips],  # None for a damaged one
    )
