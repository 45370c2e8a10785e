"""One of many runs that are trained at once: model, schedule and data order."""

import logging
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import BaseDataset
from mmengine.logging import MMLogger
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DATA_SAMPLERS, PARAM_SCHEDULERS
from mmengine.runner import set_random_seed
from torch import Tensor, nn
from torch.utils.data import BatchSampler

from tgdfer_mm.clips.errors import DamagedClipError
from tgdfer_mm.datasets.feature_store import FeatureCacheError
from tgdfer_mm.datasets.transforms import GatherFeatures, OpenFeatures
from tgdfer_mm.plain_checkpoints import load_from_local, plain_loading
from tgdfer_mm.random_state import (
    get_random_state,
    random_state_kept,
    set_random_state,
)
from tgdfer_mm.registry import DATASETS, MODELS
from tgdfer_mm.terminal import saying_only


class Draw(NamedTuple):
    """One batch of a run, as indices into the features on the device.

    Attributes:
        view: Index of each clip's view, (B,).
        row: Row of each sampled frame, (B, T).
        valid: Number of positions that count, (B,).
        label: (B,).
        texts: The description drawn for each class, (K,).
    """

    view: Tensor
    row: Tensor
    valid: Tensor
    label: Tensor
    texts: list[int]


def build_model(cfg: Config, seed: int) -> tuple[nn.Module, dict]:
    """Builds and initializes a model as a runner with this seed does.

    Returns:
        The model, and the random states after it.
    """
    # mmengine would log the start of each weight.
    quiet = saying_only(MMLogger.get_current_instance(), logging.WARNING)
    with random_state_kept(), quiet:
        set_random_seed(seed)
        model = MODELS.build(cfg.model)
        with plain_loading():
            model.init_weights()
        state = get_random_state()
    if cfg.get('load_from'):
        checkpoint = load_from_local(cfg.load_from, 'cpu')
        model.load_state_dict(checkpoint.get('state_dict', checkpoint))
    return model, state


class TrainingClips:
    """The training clips of a fold, ready to be drawn from.

    Args:
        dataset: A data set on computed features.

    Raises:
        FeatureCacheError: The data set does not read cached features, or a clip has
            several labels.
    """

    def __init__(self, dataset: BaseDataset) -> None:
        self.dataset = dataset
        opening, *sampling = getattr(dataset.pipeline, 'transforms', [None])
        places = [i for i, t in enumerate(sampling) if isinstance(t, GatherFeatures)]
        if not isinstance(opening, OpenFeatures) or len(places) != 1:
            raise FeatureCacheError(
                'train_dataloader.dataset does not read computed features itself: '
                'wrappers such as RepeatDataset cannot be trained many at once.'
            )
        self.sampling, self.gather = sampling[: places[0]], sampling[places[0]]
        self.store = self.gather.store
        self.opened: list[dict | None] = []
        for i in range(len(dataset)):
            info = dataset.get_data_info(i)
            if not isinstance(info['label'], int) or info.get('soft_label') is not None:
                raise FeatureCacheError(
                    f'clip {info["clip"]}: many runs at once are trained on one label '
                    'a clip only.'
                )
            try:
                self.opened.append(opening(info))
            except DamagedClipError as error:
                dataset.damaged.report(dataset, error)
                self.opened.append(None)

    def __len__(self) -> int:
        return len(self.opened)

    def draw(self, places: list[int]) -> tuple[Tensor, ...]:
        """Draws frames and views as the data set would: view, row, valid, label."""
        drawn = [self._one(place) for place in places]
        return tuple(
            torch.from_numpy(np.stack(part)) for part in zip(*drawn, strict=True)
        )

    def _one(self, place: int) -> tuple[np.ndarray, ...]:
        clip = self.opened[place]
        if clip is None:  # as in DamagedClips
            order = np.random.permutation(len(self))
            clip = next(self.opened[i] for i in order if self.opened[i] is not None)
        clip = dict(clip)
        for transform in self.sampling:
            clip = transform(clip)
        view = self.store.views.index(self.gather.draw_view())
        rows = self.store.rows(clip['clip'], clip['frame_inds'])
        numbers = (view, rows, clip['num_valid'], clip['label'])
        return tuple(np.asarray(number, np.int64) for number in numbers)


class Member:
    """One run, with everything that differs between runs.

    Args:
        cfg: Its config, on computed features.
        seed: Its seed.
        model: Its model, already on its device; trained parameters may be views of
            larger tensors.
        state: The random states to continue from.
        clips: The training clips of its fold.
    """

    def __init__(
        self,
        cfg: Config,
        seed: int,
        model: nn.Module,
        state: dict,
        clips: TrainingClips,
    ) -> None:
        self.cfg, self.seed, self.model, self.clips = cfg, seed, model, clips
        self.fold = clips.dataset.metainfo.get('fold')
        self._state = state
        loader = cfg.train_dataloader
        self.sampler = DATA_SAMPLERS.build(
            loader.sampler, default_args=dict(dataset=clips.dataset, seed=seed)
        )
        self.batches = BatchSampler(
            self.sampler, loader.batch_size, loader.get('drop_last', False)
        )
        self.epochs = cfg.train_cfg.max_epochs
        self.losses: list[float] = []

    def start(self) -> None:
        """Builds the optimizer, after the parameters have their final place."""
        self.optim = build_optim_wrapper(self.model, self.cfg.optim_wrapper)
        if getattr(self.optim, '_accumulative_counts', 1) != 1 or (
            getattr(self.optim, 'loss_scaler', None) is not None
            and self.optim.loss_scaler.is_enabled()
        ):
            raise FeatureCacheError(
                'optim_wrapper: neither accumulative_counts nor fp16 loss scaling is '
                'supported with many runs at once; the clips are features already.'
            )
        self.schedulers = []
        length = len(self.batches)
        for each in self.cfg.get('param_scheduler') or []:
            each = dict(each)
            by_epoch = each.get('by_epoch', True)
            each.setdefault('end', self.epochs if by_epoch else self.epochs * length)
            self.schedulers.append(
                PARAM_SCHEDULERS.build(
                    each, default_args=dict(optimizer=self.optim, epoch_length=length)
                )
            )

    def epoch(self, number: int) -> Iterator[Draw]:
        """The batches of an epoch, those that a runner of this seed would draw."""
        if hasattr(self.sampler, 'set_epoch'):
            self.sampler.set_epoch(number)
        order = iter(self.batches)
        fresh = True
        while True:
            with random_state_kept():
                set_random_state(self._state)
                if fresh:  # as a loader does for its workers' seeds
                    torch.empty((), dtype=torch.int64).random_()
                    fresh = False
                places = next(order, None)
                if places is not None:
                    drawn = self.clips.draw(places)
                    texts = self.model.text_encoder.draw()
                self._state = get_random_state()
            if places is None:
                break
            yield Draw(*drawn, texts)
        self._step_schedulers(by_epoch=True)

    def step(self, gradients: dict[str, Tensor], loss: float) -> None:
        """One step of the optimizer and of the schedules.

        Args:
            gradients: Gradients of the trained parameters, by name.
            loss: Loss to store.
        """
        for name, parameter in self.model.named_parameters():
            if name in gradients:
                parameter.grad = gradients[name]
        self.optim.step()
        self._step_schedulers(by_epoch=False)
        self.losses.append(loss)

    def _step_schedulers(self, by_epoch: bool) -> None:
        for scheduler in self.schedulers:
            if scheduler.by_epoch == by_epoch:
                scheduler.step()


def make_clips(cfg: Config) -> TrainingClips:
    """The training clips of a config on computed features."""
    return TrainingClips(DATASETS.build(cfg.train_dataloader.dataset))
