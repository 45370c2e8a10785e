"""Transforms that read cached features instead of frames."""

from collections.abc import Mapping

import numpy as np
from mmcv.transforms import BaseTransform

from ...clips.errors import DamagedClipError
from ...registry import TRANSFORMS
from ..feature_store import open_store


@TRANSFORMS.register_module()
class OpenFeatures(BaseTransform):
    """Finds a clip among cached features.

    Required key: ``clip``. Added key: ``total_frames``.

    Args:
        path: Folder of the features, see :func:`~tgdfer_mm.features.cache_features`.
        key: The expected key of the features.

    Raises:
        FeatureCacheError: If there are no features, they have another key, or the clip
            is not among them.
        DamagedClipError: If the clip could not be read when they were computed.
    """

    def __init__(self, path: str, key: str) -> None:
        self.store = open_store(path, key)

    def transform(self, results: dict) -> dict:
        clip = results['clip']
        if clip in self.store.damaged:
            raise DamagedClipError(clip, self.store.damaged[clip])
        results.pop('frame_names', None)
        results['total_frames'] = self.store.num_frames(clip)
        return results


@TRANSFORMS.register_module()
class GatherFeatures(BaseTransform):
    """Reads the cached features of the sampled frames, from one view for the clip.

    Required keys: ``clip``, ``frame_inds``. Added key: ``imgs``, (T, D) float32,
    instead of pictures.

    Args:
        path: As for :class:`OpenFeatures`.
        key: See :class:`OpenFeatures`.
        views: Name of a view to its relative frequency; numpy's generator draws if
            there are several.
    """

    def __init__(
        self, path: str, key: str, views: Mapping[str, float] | None = None
    ) -> None:
        self.store = open_store(path, key)
        self.views = dict(views or {'plain': 1.0})

    def transform(self, results: dict) -> dict:
        inds = results['frame_inds']
        results['imgs'] = self.store.gather(results['clip'], inds, self.draw_view())
        return results

    def draw_view(self) -> str:
        """Draws a view."""
        if len(self.views) == 1:
            return next(iter(self.views))
        return str(np.random.choice([*self.views], p=[*self.views.values()]))
