"""A recognizer for the related methods: a video as a bag of a tower's own features."""

from mmaction.models.recognizers import BaseRecognizer
from torch import Tensor

from ...registry import MODELS
from ..bag import Bag, average_runs
from ..functional import at_least_single, single_precision
from .tower_features import check_tower, frames_per_position, read_tower


@MODELS.register_module()
class BagRecognizer(BaseRecognizer):
    """Tower and head, and the classes' texts if the head reads them.

    Unlike :class:`TextGuidedRecognizer` it hands the features on as the tower gives
    them, not scaled to unit length, and needs neither texts nor a neck. The mask says
    which instances are padding; it is the head's to use.

    Args:
        backbone: A tower on images, (N * T, 3, H, W) -> (N * T, D), or an
            ``InstanceBackbone`` around any other backbone.
        cls_head: Turns a :class:`Bag` into logits, e.g. ``M3DFELHead``.
        text_encoder: Gives the classes' features (K, D), e.g. ``OpenCLIPText``.
        frames_per_instance: Frames whose features are averaged to one instance; by
            default as many as the backbone gives one feature for.
        kwargs: As for mmaction2's ``BaseRecognizer``.

    Raises:
        ValueError: If the backbone is neither kind of tower, or too coarse in time for
            the instances, or the widths, or the numbers of texts and of the head's
            classes, differ.
    """

    def __init__(
        self,
        backbone: dict,
        cls_head: dict,
        text_encoder: dict | None = None,
        frames_per_instance: int | None = None,
        **kwargs,
    ) -> None:
        super().__init__(backbone=backbone, cls_head=cls_head, **kwargs)
        self.text_encoder = MODELS.build(text_encoder) if text_encoder else None
        span = frames_per_position(self.backbone)
        self.frames_per_instance = frames_per_instance or span
        self._group = self.frames_per_instance // span
        self._check_fit()

    def extract_feat(
        self,
        inputs: Tensor,
        stage: str = 'neck',
        data_samples: list | None = None,
        **kwargs,
    ) -> tuple:
        """Features of a batch (N, T, 3, H, W) after a stage.

        Returns:
            After ``backbone`` the features (N, M, D), after ``neck`` the :class:`Bag`,
            after ``head`` what the head says; and a dict, as mmaction2 expects.
        """
        features, mask = read_tower(self.backbone, inputs, data_samples)
        if stage == 'backbone':
            return features, {}
        text = None if self.text_encoder is None else self.text_encoder()
        with single_precision(inputs):
            text = None if text is None else at_least_single(text)
            features = at_least_single(features)
            if self._group > 1:  # else the padding stays, which some heads read
                features, mask = average_runs(features, mask, self._group)
            bag = Bag(features, mask, text)
            return (self.cls_head(bag) if stage == 'head' else bag), {}

    def loss(self, inputs: Tensor, data_samples: list, **kwargs) -> dict:
        """The losses of a batch."""
        bag, _ = self.extract_feat(inputs, data_samples=data_samples)
        with single_precision(inputs):
            return self.cls_head.loss(bag, data_samples)

    def predict(self, inputs: Tensor, data_samples: list, **kwargs) -> list:
        """Predictions of a batch, with each sample's per-instance explanation."""
        bag, _ = self.extract_feat(inputs, data_samples=data_samples)
        for sample in data_samples:
            sample.set_metainfo({'frames_per_instance': self.frames_per_instance})
        with single_precision(inputs):
            return self.cls_head.predict(bag, data_samples)

    def _check_fit(self) -> None:
        check_tower(self.backbone, self.frames_per_instance)
        widths = {
            'backbone': self.backbone.out_channels,
            'cls_head.in_channels': self.cls_head.in_channels,
        }
        if self.text_encoder is not None:
            widths['text_encoder'] = self.text_encoder.out_channels
            count, names = self.cls_head.num_classes, self.text_encoder.classes
            if len(names) != count:
                raise ValueError(
                    f'cls_head.num_classes={count}, but the descriptions are of '
                    f'{len(names)} classes: {", ".join(names)}'
                )
        if len(set(widths.values())) > 1:
            shown = ', '.join(f'{name} {value}' for name, value in widths.items())
            raise ValueError(f'widths differ: {shown}')
