"""What features a config needs: of which tower, pictures and clips."""

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import Tensor, nn
from torch.utils.data import Dataset

from ..datasets.feature_store import (
    FeatureCacheError,
    FeatureStore,
    differences,
    key_of,
)
from ..datasets.frame_names import is_frame
from ..datasets.packed.reader import open_pack
from ..engine.checkpoint import load_from_local
from ..engine.pipelines import LOADERS, Pipeline, datasets_of, split_pipeline
from ..models.clip import arch_config
from ..registry import DATASETS, MODELS
from .views import AUTO, choose_views

# What of a tower's config says where weights come from or what is trained.
_NOT_ARCHITECTURE = (
    *('pretrained', 'init_cfg', 'frozen_stages', 'norm_eval'),
    *('patch_dropout', 'with_cp'),
)
PRECISIONS = {'fp32': torch.float32, 'bf16': torch.bfloat16, 'fp16': torch.float16}


class Plan:
    """The features that a config would train on: what their key is made of.

    Args:
        cfg: Config of a run; not changed.
        views: See :func:`~tgdfer_mm.features.views.choose_views`.
        dtype: How they are stored, ``float32`` or ``float16``.
        precision: What the tower computes in, ``fp32``, or by autocast ``bf16`` or
            ``fp16``.
        seed: Of the draws of augmented views.

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
        return _build_tower(self.cfg)

    @cached_property
    def clips(self) -> dict[str, tuple[Dataset, int]]:
        """Name of every clip of all subsets, sorted -> its data set and place there."""
        found: dict[str, tuple[Dataset, int]] = {}
        nodes = []
        for _, node in datasets_of(self.cfg):
            node = {**deepcopy(node), 'pipeline': [], 'serialize_data': False}
            if node not in nodes:
                nodes.append(node)
        for data in map(DATASETS.build, nodes):
            for i in range(len(data)):
                found.setdefault(data.get_data_info(i)['clip'], (data, i))
        if len({_facts(data) for data, _ in found.values()}) > 1:
            raise FeatureCacheError(
                'The loaders are of different data sets or pixel versions, whose clips '
                'may share names; compute the features of each on its own.'
            )
        return dict(sorted(found.items()))

    @cached_property
    def identities(self) -> list[str]:
        """What tells that the files of each clip have changed."""
        with ThreadPoolExecutor(16) as pool:
            infos = (data.get_data_info(i) for data, i in self.clips.values())
            return list(pool.map(_identity, infos))

    @cached_property
    def parts(self) -> dict:
        """All that the features depend on, as plain data."""
        dataset, pixel_version, media = _facts(next(iter(self.clips.values()))[0])
        clips = zip(self.clips, self.identities, strict=True)
        drawn = self.training.spatial if any('aug' in v for v in self.views) else None
        return dict(
            dataset=dataset,
            pixel_version=pixel_version,
            media=media,
            clips=_digest(f'{name}\t{identity}\n' for name, identity in clips),
            architecture=_architecture(self.cfg.model.backbone),
            weights=hash_weights(self.tower.state_dict()),
            decoding=_plain(self.testing.decoding),
            transforms=_plain(self.testing.spatial),
            augmentation=_plain(drawn),
            preprocessing=_plain(self.cfg.model.data_preprocessor),
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
            FeatureCacheError: Names what differs.
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
        found = {
            name: split_pipeline(node['pipeline'], f'{name}.dataset')
            for name, node in datasets_of(self.cfg)
        }
        testing = [found[name] for name in LOADERS[1:] if name in found]
        if not testing:
            raise FeatureCacheError(
                'Neither val_dataloader nor test_dataloader is there, whose pipeline '
                'says what the tower is shown of a frame.'
            )
        for stage in ('decoding', 'spatial'):
            if len({str(getattr(pipeline, stage)) for pipeline in testing}) > 1:
                raise FeatureCacheError(
                    f'The {stage} of val_dataloader and test_dataloader differ: both '
                    'have to show the tower the same pictures.'
                )
        training = found.get('train_dataloader')
        if training and training.decoding != testing[0].decoding:
            raise FeatureCacheError(
                f'Training decodes by {training.decoding}, testing by '
                f'{testing[0].decoding}: both have to show the same pictures.'
            )
        return training, testing[0]


def hash_weights(state: Mapping[str, Tensor]) -> str:
    """SHA-256 of a state dict: names, types, shapes and values."""
    digest = sha256()
    for name, value in sorted(state.items()):
        value = value.detach().cpu().contiguous()
        digest.update(f'{name} {value.dtype} {tuple(value.shape)}'.encode())
        digest.update(value.reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()


def _build_tower(cfg: Config) -> nn.Module:
    own = cfg.model.backbone
    checkpoint = cfg.get('load_from')
    if not (checkpoint or own.get('pretrained') or own.get('init_cfg')):
        raise FeatureCacheError(
            'model.backbone has no pretrained weights: each run would start from other '
            'random ones, and so have other features. Set model.backbone.pretrained.'
        )
    tower = MODELS.build(own)
    tower.init_weights()
    if checkpoint:
        state = load_from_local(checkpoint, 'cpu')
        state = state.get('state_dict', state)
        prefix = 'backbone.'
        state = {
            name.removeprefix(prefix): value
            for name, value in state.items()
            if name.startswith(prefix)
        }
        tower.load_state_dict(state)
    _require_frozen(tower)
    return tower.eval()


def _require_frozen(tower: nn.Module) -> None:
    trained = [name for name, p in tower.named_parameters() if p.requires_grad]
    if trained:
        raise FeatureCacheError(
            f'The tower is not frozen: {len(trained)} of its parameters are trained, '
            f"such as {trained[0]}. Set model.backbone.frozen_stages='all'."
        )
    tower.train()
    random = [
        name
        for name, module in tower.named_modules()
        # An outer module only passes its mode on.
        if module.training and not any(module.children()) and name
    ]
    if random:
        raise FeatureCacheError(
            f'The tower is not frozen: {random[0]} computes otherwise in training. Set '
            "model.backbone.frozen_stages='all'."
        )


def _architecture(backbone: Mapping) -> dict:
    kept = {k: v for k, v in backbone.items() if k not in _NOT_ARCHITECTURE}
    if 'arch' in kept:  # a file of that name may change
        kept['arch'] = arch_config(kept['arch'])
    return _plain(kept)


def _facts(data: Dataset) -> tuple:
    info = data.metainfo
    media = getattr(data, 'media', None)
    return info.get('dataset'), info.get('pixel_version'), media


def _identity(info: Mapping) -> str:
    """Hash of names, sizes and times of last change of a clip's files."""
    if 'packed' in info:
        path, name = info['packed']
        return open_pack(path).digest(name)
    paths = [info['filename']] if 'filename' in info else _frames(info)
    lines = []
    for path in paths:
        try:
            state = os.stat(path)
        except OSError:
            continue
        lines.append(f'{Path(path).name} {state.st_size} {state.st_mtime_ns}\n')
    return _digest(lines) if lines else 'absent'


def _frames(info: Mapping) -> list[str]:
    folder, names = info['frame_dir'], info.get('frame_names')
    if names is None:
        names = os.listdir(folder) if os.path.isdir(folder) else []
        names = sorted(filter(is_frame, names))
    return [os.path.join(folder, name) for name in names]


def _digest(lines: Iterable[str]) -> str:
    digest = sha256()
    for line in lines:
        digest.update(line.encode())
    return digest.hexdigest()[:32]


def _plain(value: object) -> object:
    """Configs as JSON takes them."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value if isinstance(value, str | int | float | None) else repr(value)


def _short(value: object, limit: int = 60) -> str:
    text = (
        ', '.join(value)
        if isinstance(value, list) and all(isinstance(v, str) for v in value)
        else str(value)
    )
    return text if len(text) <= limit else f'{text[: limit - 3]}...'
