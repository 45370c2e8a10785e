"""The recognizer: tower, text, prompt, time, bag, loss."""

from mmaction.models.recognizers import BaseRecognizer
from torch import Tensor

from ...registry import MODELS
from ..bag import Bag, make_instances
from ..functional import at_least_single, single_precision
from .tower_features import check_tower, frames_per_position, read_tower


@MODELS.register_module()
class TextGuidedRecognizer(BaseRecognizer):
    """TG-DFER: a video as a bag of frames, guided by the texts of its classes.

    Data flows one way: frames -> image tower -> instances -> neck (with the class
    texts) -> head. What comes after the towers is computed in single precision also
    under autocast: logits are cosines times a hundred.

    Args:
        backbone: Image tower, (N * T, 3, H, W) -> (N * T, D), or an
            ``InstanceBackbone`` around any other backbone.
        text_encoder: Gives the classes' features (K, D), e.g. ``OpenCLIPText``, or
            ``LearnedClassVectors`` for a model without text.
        neck: E.g. ``VisualPromptNeck``.
        cls_head: E.g. ``MultiGrainedTemporalHead``.
        frames_per_instance: g. 1 is the frame level [paper], 4 is [from M3DFEL]. A
            multiple of the backbone's ``frames_per_position`` if it has one.
        kwargs: As for mmaction2's ``BaseRecognizer``.

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
        super().__init__(backbone=backbone, neck=neck, cls_head=cls_head, **kwargs)
        self.text_encoder = MODELS.build(text_encoder)
        self.frames_per_instance = frames_per_instance
        self._check_fit()

    def extract_feat(
        self,
        inputs: Tensor,
        stage: str = 'neck',
        data_samples: list | None = None,
        test_mode: bool = False,
    ) -> tuple:
        """Features of a batch (N, T, 3, H, W) after a stage.

        Returns:
            After ``backbone`` the features of the frames (N, T, D), or of the
            positions in time (N, P, D) that an ``InstanceBackbone`` gives; after
            ``neck`` the :class:`Bag`, after ``head`` the logits; and a dict with
            ``loss_aux``.
        """
        features, mask = read_tower(self.backbone, inputs, data_samples)
        if stage == 'backbone':
            return features, {}
        text = self.text_encoder()
        with single_precision(inputs):
            group = self.frames_per_instance // frames_per_position(self.backbone)
            bag = make_instances(at_least_single(features), mask, group)
            bag = Bag(*bag, at_least_single(text))
            bag, log = self.neck(bag, None if test_mode else data_samples)
            if stage == 'head':
                return self.cls_head(bag), {'loss_aux': log}
        return bag, {'loss_aux': log}

    def loss(self, inputs: Tensor, data_samples: list, **kwargs) -> dict:
        """The losses of a batch, and values to log."""
        bag, extra = self.extract_feat(inputs, data_samples=data_samples)
        with single_precision(inputs):
            return self.cls_head.loss(bag, data_samples) | extra['loss_aux']

    def predict(self, inputs: Tensor, data_samples: list, **kwargs) -> list:
        """Predictions of a batch, with each sample's per-instance explanation.

        The stock method drops the data samples before the features are extracted, and
        with them the mask.
        """
        bag, _ = self.extract_feat(inputs, data_samples=data_samples, test_mode=True)
        for sample in data_samples:
            sample.set_metainfo({'frames_per_instance': self.frames_per_instance})
        with single_precision(inputs):
            return self.cls_head.predict(bag, data_samples)

    def _check_fit(self) -> None:
        check_tower(self.backbone, self.frames_per_instance)
        image, text = self.backbone.out_channels, self.text_encoder.out_channels
        if not image == text == self.cls_head.in_channels:
            raise ValueError(
                f'widths differ: image tower {image}, text tower {text}, '
                f'cls_head.in_channels {self.cls_head.in_channels}'
            )
        classes = self.text_encoder.classes
        if len(classes) != self.cls_head.num_classes:
            raise ValueError(
                f'cls_head.num_classes={self.cls_head.num_classes}, but the '
                f'descriptions are of {len(classes)} classes: {", ".join(classes)}'
            )
