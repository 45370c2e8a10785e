"""TG-DFER: the recognizer that the texts of its classes guide."""

from torch import Tensor

from ...registry import MODELS
from ..bag import make_instances
from .bag_recognizer import BagRecognizer


@MODELS.register_module()
class TextGuidedRecognizer(BagRecognizer):
    """TG-DFER: a video as a bag of frames, guided by the texts of its classes.

    A :class:`BagRecognizer` with texts and a neck, whose instances are the means of
    unit features. If the towers were trained with a bias of the logits (SigLIP), the
    head starts with their scale and bias.

    Args:
        backbone: Image tower, (N * T, 3, H, W) -> (N * T, D), or an
            ``InstanceBackbone`` around any other backbone.
        text_encoder: Gives the classes' features (K, D), e.g. ``OpenCLIPText``, or
            ``LearnedClassVectors`` for a model without text.
        neck: E.g. ``VisualPromptNeck``.
        cls_head: E.g. ``MultiGrainedTemporalHead``.
        frames_per_instance: g. 1 is the frame level [paper], 4 is [from M3DFEL]. A
            multiple of the backbone's ``frames_per_position`` if it has one.
        **kwargs: As for mmaction2's ``BaseRecognizer``.

    Raises:
        ValueError: If the widths of the towers, or the number of texts and of the
            head's classes, differ; or the backbone is neither kind of tower, or too
            coarse in time for the instances.
    """

    def __init__(
        self,
        backbone: dict,
        text_encoder: dict,
        neck: dict,
        cls_head: dict,
        frames_per_instance: int = 1,
        **kwargs,
    ) -> None:
        super().__init__(
            backbone, cls_head, text_encoder, neck, frames_per_instance, **kwargs
        )
        self._start_logits()

    def init_weights(self) -> None:
        """Starts all parts, and then the head's logits as those of the towers."""
        super().init_weights()
        self._start_logits()

    def make_instances(self, features: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Features (N, P, D) and their mask to instances (N, M, D) and theirs."""
        return make_instances(features, mask, self._group)

    def _start_logits(self) -> None:
        bias = getattr(self.text_encoder, 'logit_bias', None)
        start = getattr(self.cls_head, 'start_logits', None)
        if bias is not None and start is not None:
            start(self.text_encoder.logit_scale, bias)
