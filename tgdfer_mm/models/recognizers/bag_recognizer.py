"""The recognizer of bags: from the frames of a video to losses or predictions."""

import torch
from mmaction.models.recognizers import BaseRecognizer
from torch import Tensor

from ...registry import MODELS
from ...video.errors import UsageError
from ..bag import Bag, average_runs, frame_mask
from ..experts import FrameExpert
from ..functional import at_least_single, single_precision
from ..heads.frame_expert_head import FrameExpertHead
from ..layers.scalar import give_scalars_a_dimension
from .tower_features import check_tower, frames_per_position, read_tower


@MODELS.register_module()
class BagRecognizer(BaseRecognizer):
    """A recognizer that treats a video as a bag of instances [paper: MIL].

    Data flow: frames -> tower -> instances -> neck (with the class texts) -> head; neck
    and texts are optional. All parts after the towers compute in single precision, also
    under autocast, because logits of a vision-language model are cosines times a
    hundred.

    Features are not scaled to unit length. The mask marks the instances that are not
    padding.

    Args:
        backbone: A tower on images, (N * T, 3, H, W) -> (N * T, D), or an
            ``InstanceBackbone`` around any other backbone.
        cls_head: A head that turns a :class:`Bag` into logits, e.g. ``M3DFELHead``.
        text_encoder: A module that gives the class features (K, D), e.g.
            ``OpenCLIPText``.
        neck: A module that adds to a bag, e.g. ``VisualPromptNeck``.
        frames_per_instance: Frames whose features are averaged to one instance; by
            default the number of frames for which the backbone gives one feature.
        **kwargs: As for mmaction2's ``BaseRecognizer``.

    Raises:
        ValueError: If the backbone is neither kind of tower, or is too coarse in time
            for the instances; or the widths differ; or the numbers of texts and of the
            head's classes differ.
        UsageError: If a ``FrameExpert`` does not fit the head's classes or the
            ``data_preprocessor``; it is also a ValueError.
    """

    def __init__(
        self,
        backbone: dict,
        cls_head: dict,
        text_encoder: dict | None = None,
        neck: dict | None = None,
        frames_per_instance: int | None = None,
        **kwargs,
    ) -> None:
        super().__init__(backbone=backbone, neck=neck, cls_head=cls_head, **kwargs)
        self.text_encoder = MODELS.build(text_encoder) if text_encoder else None
        span = frames_per_position(self.backbone)
        self.frames_per_instance = frames_per_instance or span
        check_tower(self.backbone, self.frames_per_instance)
        self._group = self.frames_per_instance // span
        self._check_fit()
        self.register_load_state_dict_pre_hook(give_scalars_a_dimension)

    def extract_feat(
        self,
        inputs: Tensor,
        stage: str = 'neck',
        data_samples: list | None = None,
        test_mode: bool = False,
    ) -> tuple:
        """Features of a batch (N, T, 3, H, W) after a stage.

        Returns:
            After ``backbone`` the features of the frames (N, T, D), or of the positions
            in time (N, P, D) that an ``InstanceBackbone`` gives; after ``neck`` the
            :class:`Bag`, after ``head`` its
            :class:`~tgdfer_mm.models.heads.bag_head.HeadOutput`; and a dict with
            ``loss_aux``, the neck's additional losses.
        """
        features, mask = read_tower(self.backbone, inputs, data_samples)
        if stage == 'backbone':
            return features, {}
        return self._behind_tower(features, mask, stage, data_samples, test_mode)

    def _behind_tower(
        self,
        features: Tensor,
        mask: Tensor,
        stage: str,
        data_samples: list | None,
        test_mode: bool,
    ) -> tuple:
        text = None if self.text_encoder is None else self.text_encoder()
        with single_precision(features):
            features, mask = self.make_instances(at_least_single(features), mask)
            bag = self.make_bag(features, mask, text, data_samples)
            log = {}
            if self.with_neck:
                bag, log = self.neck(bag, None if test_mode else data_samples)
            return (self.cls_head(bag) if stage == 'head' else bag), {'loss_aux': log}

    def make_instances(self, features: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Turns features (N, P, D) into instances (N, M, D), with their masks."""
        if self._group == 1:  # padding is kept, because some heads read it
            return features, mask
        return average_runs(features, mask, self._group)

    def make_bag(
        self,
        features: Tensor,
        mask: Tensor,
        text: Tensor | None,
        data_samples: list | None,
    ) -> Bag:
        """The bag that the neck gets.

        Args:
            features: The instances, (N, M, D).
            mask: True where an instance is valid, (N, M).
            text: Text features of the classes, as the text encoder gives them.
            data_samples: The data samples, for subclasses that read more from them.
        """
        return Bag(features, mask, None if text is None else at_least_single(text))

    def loss(self, inputs: Tensor, data_samples: list, **kwargs) -> dict:
        """The losses of a batch, and values to log."""
        bag, extra = self.extract_feat(inputs, data_samples=data_samples)
        with single_precision(inputs):
            return self.cls_head.loss(bag, data_samples) | extra['loss_aux']

    def predict(self, inputs: Tensor, data_samples: list, **kwargs) -> list:
        """Predictions of a batch, with each sample's explanation by instances.

        The stock method drops the data samples, and with them the mask, before the
        features are extracted.
        """
        bag, _ = self.extract_feat(inputs, data_samples=data_samples, test_mode=True)
        return self._explained(bag, data_samples)

    def predict_features(self, features: Tensor, data_samples: list) -> list:
        """Predictions from features that the tower has already computed.

        Args:
            features: The tower's features of each frame, (N, T, D).
            data_samples: One for each clip; ``num_valid`` counts the valid frames.
        """
        mask = frame_mask(data_samples, features.shape[1], features.device)
        mask = mask.expand(features.shape[:2])
        bag, _ = self._behind_tower(features, mask, 'neck', data_samples, True)
        return self._explained(bag, data_samples)

    def _explained(self, bag: Bag, data_samples: list) -> list:
        for sample in data_samples:
            sample.set_metainfo({'frames_per_instance': self.frames_per_instance})
        with single_precision(bag.instances):
            return self.cls_head.predict(bag, data_samples)

    def _check_fit(self) -> None:
        widths = {
            'backbone': self.backbone.out_channels,
            'cls_head.in_channels': self.cls_head.in_channels,
        }
        if self.text_encoder is not None:
            widths['text_encoder'] = self.text_encoder.out_channels
            count, names = self.cls_head.num_classes, self.text_encoder.classes
            if len(names) != count:
                raise ValueError(
                    f'cls_head.num_classes={count}, but the descriptions have '
                    f'{len(names)} classes: {", ".join(names)}'
                )
        if isinstance(self.backbone, FrameExpert):
            self._check_expert()
        if len(set(widths.values())) > 1:
            shown = ', '.join(f'{name} {value}' for name, value in widths.items())
            raise ValueError(f'widths differ: {shown}')

    def _check_expert(self) -> None:
        scores, wanted = self.backbone.out_channels, self.cls_head.in_channels
        if isinstance(self.cls_head, FrameExpertHead) and scores != wanted:
            raise UsageError(
                f'the expert gives {scores} numbers for a picture, but '
                f'cls_head.classes names {wanted} classes'
            )
        mean = getattr(self.data_preprocessor, 'mean', torch.zeros(1))
        std = getattr(self.data_preprocessor, 'std', torch.ones(1))
        if mean.any() or (std != 1).any():
            raise UsageError(
                'a FrameExpert takes pixels from 0 to 255 and prepares them by '
                'itself: set model.data_preprocessor.mean to zeros and .std to ones, '
                'and set mean and std of its network in model.backbone'
            )
