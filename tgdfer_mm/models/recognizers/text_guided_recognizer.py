"""TG-DFER's recognizer, guided by the texts of the classes."""

from torch import Tensor

from ...registry import MODELS
from ..bag import make_instances
from .bag_recognizer import BagRecognizer


@MODELS.register_module()
class TextGuidedRecognizer(BagRecognizer):
    """TG-DFER: a bag of frames, guided by the texts of the classes [paper].

    It is a :class:`BagRecognizer` with texts and a neck, whose instances are means of
    unit features. If the towers were trained with a bias of the logits (SigLIP), the
    head starts with their scale and bias.

    Args:
        backbone: Image tower, (N * T, 3, H, W) -> (N * T, D), or an
            ``InstanceBackbone`` around any other backbone.
        text_encoder: A module that gives the class features (K, D), e.g.
            ``OpenCLIPText``, or ``LearnedClassVectors`` for a model without text.
        neck: A neck, e.g. ``VisualPromptNeck``.
        cls_head: A head, e.g. ``MultiGrainedTemporalHead``.
        frames_per_instance: g. 1 is the frame level [paper], 4 is [from M3DFEL]. It
            must be a multiple of the backbone's ``frames_per_position``, if the
            backbone has one.
        **kwargs: As for mmaction2's ``BaseRecognizer``.

    Raises:
        ValueError: If the widths of the towers differ; or the numbers of texts and of
            the head's classes differ; or the backbone is neither kind of tower, or is
            too coarse in time for the instances.
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
        """Initialises all parts, then the head's scale and bias as the towers'."""
        super().init_weights()
        self._start_logits()

    def make_instances(self, features: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Turns features (N, P, D) into instances (N, M, D), with their masks."""
        return make_instances(features, mask, self._group)

    def _start_logits(self) -> None:
        bias = getattr(self.text_encoder, 'logit_bias', None)
        start = getattr(self.cls_head, 'start_logits', None)
        if bias is not None and start is not None:
            start(self.text_encoder.logit_scale, bias)
