"""The features that a config needs: their tower, views and clips."""

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from functools import cached_property

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import nn
from torch.utils.data import Dataset

from ..datasets.feature_store import (
    FeatureCacheError,
    FeatureStore,
    differences,
    key_of,
)
from ..plain_checkpoints import hash_weights
from ..registry import DATASETS
from ..run_config.pipelines import Pipeline, split_pipeline
from ..run_config.stated_later import as_it_was
from ..run_config.walk import data_sets
from .frozen_tower import architecture, build_tower
from .identity import digest_of, facts_of, identity_of, plain
from .views import AUTO, choose_views

PRECISIONS = {'fp32': torch.float32, 'bf16': torch.bfloat16, 'fp16': torch.float16}


class Plan:
    """The features that a config would train on, and the facts of their key.

    Args:
        cfg: Config of a run; not changed.
        views: See :func:`~tgdfer_mm.features.views.choose_views`.
        dtype: Number format of the stored features, ``float32`` or ``float16``.
        precision: Number format of the tower: ``fp32``, or by autocast ``bf16`` or
            ``fp16``.
        seed: Random seed of the augmented views.

    Raises:
        FeatureCacheError: The config cannot be trained on computed features.
    """

    OPTIONS = ('views', 'dtype', 'precision', 'seed')

    def __init__(
        self,
        cfg: Config,
        views: str | int = AUTO,
        dtype: str = 'float32',
        precision: str = 'fp32',
        seed: int = 0,
    ) -> None:
        if dtype not in ('float32', 'float16') or precision not in PRECISIONS:
            raise FeatureCacheError(
                f'dtype={dtype!r}, precision={precision!r}: give float32 or float16, '
                f'and one of {list(PRECISIONS)}.'
            )
        init_default_scope(cfg.get('default_scope', 'mmaction'))
        self.cfg = cfg
        self.dtype, self.precision, self.seed = dtype, precision, seed
        self.training, self.testing = self._pipelines()
        self.views, self.shares = choose_views(self.training, self.testing, views)
        if cfg.model.data_preprocessor.get('train'):
            raise FeatureCacheError(
                'model.data_preprocessor augments on the device: leave that out, so '
                'that the pipelines say which pictures the tower is shown.'
            )
        if cfg.model.data_preprocessor.get('blending'):
            raise FeatureCacheError(
                'model.data_preprocessor.blending mixes pictures, which features '
                'cannot represent; leave it out.'
            )
        self.options = dict(views=views, dtype=dtype, precision=precision, seed=seed)

    @cached_property
    def tower(self) -> nn.Module:
        """The frozen tower, with its weights."""
        return build_tower(self.cfg)

    @cached_property
    def clips(self) -> dict[str, tuple[Dataset, int]]:
        """Name of every clip of all subsets, sorted -> its data set and place there."""
        found: dict[str, tuple[Dataset, int]] = {}
        nodes = []
        for data_set in data_sets(self.cfg):
            node = deepcopy(dict(data_set.config))
            node.update(pipeline=[], serialize_data=False)
            if node not in nodes:
                nodes.append(node)
        for data in map(DATASETS.build, nodes):
            for i in range(len(data)):
                found.setdefault(data.get_data_info(i)['clip'], (data, i))
        if len({facts_of(data) for data, _ in found.values()}) > 1:
            raise FeatureCacheError(
                'The loaders are of different data sets or pixel versions, whose clips '
                'may share names; compute the features of each on its own.'
            )
        return dict(sorted(found.items()))

    @cached_property
    def identities(self) -> list[str]:
        """Hash of the files of each clip, which shows a change."""
        with ThreadPoolExecutor(16) as pool:
            infos = (data.get_data_info(i) for data, i in self.clips.values())
            return list(pool.map(identity_of, infos))

    @cached_property
    def parts(self) -> dict:
        """All facts on which the features depend, as plain data."""
        dataset, pixel_version, media = facts_of(next(iter(self.clips.values()))[0])
        clips = zip(self.clips, self.identities, strict=True)
        drawn = self.training.spatial if any('aug' in v for v in self.views) else None
        return dict(
            dataset=dataset,
            pixel_version=pixel_version,
            media=media,
            clips=digest_of(f'{name}\t{identity}\n' for name, identity in clips),
            architecture=architecture(self.cfg.model.backbone),
            weights=hash_weights(self.tower.state_dict()),
            decoding=as_it_was(plain(self.testing.decoding)),
            transforms=as_it_was(plain(self.testing.spatial)),
            augmentation=as_it_was(plain(drawn)),
            preprocessing=plain(self.cfg.model.data_preprocessor),
            views=self.views,
            seed=self.seed if drawn else None,
            dtype=self.dtype,
            precision=self.precision,
        )

    @cached_property
    def key(self) -> str:
        """See :func:`~tgdfer_mm.datasets.feature_store.key_of`."""
        return key_of(self.parts)

    def check(self, store: FeatureStore) -> None:
        """Refuses features that are not those of this plan.

        Raises:
            FeatureCacheError: They differ; the message names the difference.
        """
        what = differences(store.parts, self.parts)
        if not what:
            return
        details = '; '.join(
            self._changed_clips(store)
            if part == 'clips'
            else f'{part}: {_short(store.parts.get(part))} there, '
            f'{_short(self.parts.get(part))} here'
            for part in what
        )
        raise FeatureCacheError(
            f'{store.path} holds other features than this config needs: {details}.'
        )

    def _changed_clips(self, store: FeatureStore) -> str:
        ours = dict(zip(self.clips, self.identities, strict=True))
        theirs = {clip: identity for clip, (*_, identity) in store.clips.items()}
        kinds = {
            'not there': sorted(ours.keys() - theirs.keys()),
            'only there': sorted(theirs.keys() - ours.keys()),
            'with other files': sorted(
                clip
                for clip in ours.keys() & theirs.keys()
                if ours[clip] != theirs[clip]
            ),
        }
        return 'clips: ' + ', '.join(
            f'{len(clips)} {kind} ({_short(clips)})'
            for kind, clips in kinds.items()
            if clips
        )

    def _pipelines(self) -> tuple[Pipeline | None, Pipeline]:
        training, testing = [], []
        for data_set in data_sets(self.cfg):
            trains = data_set.loader == 'train_dataloader'
            (training if trains else testing).append(split_pipeline(data_set))
        if not testing:
            raise FeatureCacheError(
                'Neither val_dataloader nor test_dataloader is there, whose pipeline '
                'says what the tower is shown of a frame.'
            )
        for found, where in ((training, 'training'), (testing, 'evaluated')):
            for stage in ('decoding', 'spatial'):
                if len({str(getattr(pipeline, stage)) for pipeline in found}) > 1:
                    raise FeatureCacheError(
                        f'The {stage} of the {where} data sets differ: all have to '
                        'show the tower the same pictures.'
                    )
        if training and training[0].decoding != testing[0].decoding:
            raise FeatureCacheError(
                f'Training decodes by {training[0].decoding}, testing by '
                f'{testing[0].decoding}: both have to show the same pictures.'
            )
        return training[0] if training else None, testing[0]


def _short(value: object, limit: int = 60) -> str:
    text = (
        ', '.join(value)
        if isinstance(value, list) and all(isinstance(v, str) for v in value)
        else str(value)
    )
    return text if len(text) <= limit else f'{text[: limit - 3]}...'
