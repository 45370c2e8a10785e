"""Relevance that favours the instances where the face moves."""

from torch import Tensor

from ...registry import MODELS
from ..bag import Bag
from ..functional import motion
from .visual_prompt_neck import VisualPromptNeck


@MODELS.register_module()
class MotionPromptNeck(VisualPromptNeck):
    """:class:`VisualPromptNeck` with a prior by motion [from GRACE; form a choice].

    The relevance of an instance for every class is multiplied by
    ``exp(motion / motion_temperature)`` before it is normalised, and with it the
    visual prompts and ``pooling='relevance'`` change. Where nothing moves it is the
    same neck.

    Args:
        in_channels: D, the joint width.
        motion_temperature: See above; the motion is between 0 and 2.
        kwargs: As for :class:`VisualPromptNeck`.

    Raises:
        ValueError: If the temperature is not positive.
    """

    def __init__(
        self, in_channels: int, motion_temperature: float = 0.1, **kwargs
    ) -> None:
        super().__init__(in_channels, **kwargs)
        if motion_temperature <= 0:
            raise ValueError(
                f'motion_temperature={motion_temperature} must be positive'
            )
        self.motion_temperature = motion_temperature

    def similarity(self, bag: Bag) -> Tensor:
        """Logits of the relevance, (N, M, K)."""
        prior = motion(bag.instances, bag.mask) / self.motion_temperature
        return super().similarity(bag) + prior[..., None]
