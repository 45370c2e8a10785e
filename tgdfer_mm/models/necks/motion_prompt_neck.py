"""Visual prompts whose relevance favours the instances where the face moves."""

from ...registry import MODELS
from .visual_prompt_neck import VisualPromptNeck


@MODELS.register_module()
class MotionPromptNeck(VisualPromptNeck):
    """:class:`VisualPromptNeck` with a prior by motion [from GRACE; form a choice].

    The motion changes the relevance, and with it the visual prompts and
    ``pooling='relevance'``. Where nothing moves, the result is the same.

    Args:
        in_channels: D, the joint width.
        motion_temperature: See :class:`.RelevanceNeck`.
        **kwargs: As for :class:`VisualPromptNeck`.

    Raises:
        ValueError: If the temperature is not positive.
    """

    def __init__(
        self, in_channels: int, motion_temperature: float = 0.1, **kwargs
    ) -> None:
        super().__init__(in_channels, motion_temperature=motion_temperature, **kwargs)
