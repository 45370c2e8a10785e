"""A timm model with given arguments as the image tower of an open_clip model."""

from open_clip.timm_model import TimmModel
from torch import nn


class SizedTimmModel(TimmModel):
    """open_clip's adapter for a timm model with given arguments, without a projection.

    open_clip builds timm models by their names alone; this adapter also passes
    arguments, such as ``embed_dim`` and ``depth`` of a SigLIP that has no name in timm.

    Args:
        model_name: Name of the timm model.
        image_size: Height and width of the pictures, in pixels.
        pool: timm's ``global_pool``.
        timm_kwargs: Arguments of the model.
    """

    def __init__(
        self, model_name: str, image_size: int, pool: str, timm_kwargs: dict
    ) -> None:
        import timm  # a broken timm must not stop the import of this package

        nn.Module.__init__(self)
        self.image_size = (image_size, image_size)
        self.trunk = timm.create_model(
            model_name, num_classes=0, global_pool=pool, **timm_kwargs
        )
        self.head = nn.Sequential()


def sized_timm_model(vision_cfg: dict) -> SizedTimmModel:
    """The tower of a model config whose ``vision_cfg`` has ``timm_kwargs``."""
    names = ('timm_model_name', 'image_size', 'timm_pool', 'timm_kwargs')
    return SizedTimmModel(*(vision_cfg[name] for name in names))
