"""TG-DFER's head: the temporal network, and instance, bag and video logits."""

import math

import torch.nn.functional as F
from torch import Tensor, nn

from ...registry import MODELS
from ..bag import Bag
from ..functional import off_diagonal
from ..layers.scalar import scalar
from ..pooling import build_video_pooling, find_mil_pooling, mil_pool
from ..temporal import build_temporal
from .bag_head import BagHead, HeadOutput
from .labels import top1_accuracy

MAX_SCALE = math.log(100)  # [from CLIP]


@MODELS.register_module()
class MultiGrainedTemporalHead(BagHead):
    """TG-DFER's head: multi-grained temporal network and MIL [paper].

    * ``H = temporal(X)`` [paper: multi-grained temporal network],
    * instance logits ``cos(h_i, e'_c) * scale`` [from VadCLIP, CLIP],
    * bag logits: multiple-instance pooling of them [paper: MIL; modes a choice],
    * video logits ``cos(h pooled over the bag, e_c) * scale`` [from VadCLIP's two
      branches, DK-CLIP; pooled by relevance a choice].

    Loss: ``loss_cls(bag) + l_v loss_cls(video) + l_s mean |cos(e_c, e_c')|`` [from
    VadCLIP; weights a choice]. Prediction: the mean of the two softmaxes, or of the
    two sigmoids for multi-hot labels; of the bag alone if the video is not trained.

    Args:
        num_classes: K.
        in_channels: D.
        temporal: Config of a network from ``tgdfer_mm.registry.TEMPORAL``, without
            ``dim``: ``multi_grained``, which the configs name, ``dcin`` for long
            videos, ``mtn``, ``tca``, ``transformer`` or ``lgt``. If it is not given, it
            is ``lgt``, as in version 0.1.
        pooling: See :func:`tgdfer_mm.models.pooling.mil_pool`.
        rho: Share of the instances that ``topk`` pooling averages.
        video_pooling: ``relevance`` or ``query``, see
            :mod:`tgdfer_mm.models.pooling.video`.
        loss_cls: Config of the loss on bag and video logits.
        video_weight: l_v. With 0, predictions do not use the video logits.
        text_weight: l_s.
        distill: Config of an additional loss of the pooled video feature, the bag
            logits and the labels, such as ``SelfDistillationLoss``; single labels only.
        scale: Initial value of the logit scale, which is trained, and capped at 100. By
            default it is 10 for multi-hot labels, with a bias that starts at -10 [from
            SigLIP], and 100 otherwise. See also :meth:`start_logits`.

    Raises:
        ValueError: If a pooling is unknown, ``scale`` is above 100, or ``distill`` is
            given with multi-hot labels.
    """

    weights_field = 'relevance'

    def __init__(
        self,
        num_classes: int,
        in_channels: int,
        temporal: dict | None = None,
        pooling: str = 'topk',
        rho: float = 0.25,
        video_pooling: str = 'relevance',
        loss_cls: dict | None = None,
        video_weight: float = 1.0,
        text_weight: float = 0.01,
        scale: float | None = None,
        distill: dict | None = None,
    ) -> None:
        loss_cls = loss_cls or dict(type='MILLoss', label_smooth=0.1)
        super().__init__(num_classes, in_channels, loss_cls)
        self.multi_class = getattr(self.loss_cls, 'multi_label', False)
        self.temporal = build_temporal(temporal, 'lgt', in_channels)
        find_mil_pooling(pooling)  # an unknown one is refused here
        self.pooling = pooling
        self.rho = rho
        self.video_weight = video_weight
        self.text_weight = text_weight
        self.video_pooling = build_video_pooling(video_pooling, in_channels)
        if distill and self.multi_class:
            raise ValueError('distill works with single labels only; leave it out')
        self.distill = MODELS.build(distill) if distill else None
        self._scale_is_given, self.max_log_scale = bool(scale), MAX_SCALE
        scale = scale or (10.0 if self.multi_class else 100.0)
        if scale > 100:
            raise ValueError(f'scale={scale} is above its cap: give at most 100')
        self.logit_scale = nn.Parameter(scalar(math.log(scale)))
        if self.multi_class:
            self.logit_bias = nn.Parameter(scalar(-10.0))
        else:
            self.logit_bias = 0.0

    def start_logits(self, scale: float, bias: float) -> None:
        """Sets scale and bias for towers trained by a sigmoid loss [from SigLIP].

        The scale of such towers may be above 100, so it is not capped. The bias is used
        for multi-hot labels only, because a softmax does not change when all classes
        get the same addition. If the config gives a ``scale``, it and its bias stay.

        Args:
            scale: Factor of the cosines of the towers' features.
            bias: Bias of the logits.
        """
        if self._scale_is_given:
            return
        self.max_log_scale = math.inf
        self.logit_scale.data.fill_(math.log(scale))
        if self.multi_class:
            self.logit_bias.data.fill_(bias)

    def forward(self, bag: Bag, **kwargs) -> HeadOutput:
        """The output for every bag. Other arguments of stock heads are ignored.

        Its ``weights`` are the neck's relevance. Its ``extra`` has the logits of whole
        videos, ``video`` (N, K), and a unit ``feature`` of each video (N, D): the
        pooled video feature, averaged over the classes.
        """
        if self.training:
            self.hold_limits()
        scale = self.logit_scale.exp()
        hidden = self.temporal(bag.instances, bag.mask)
        unit = F.normalize(hidden, dim=-1)
        instance = unit @ bag.enriched.transpose(1, 2) * scale + self.logit_bias
        pooled = mil_pool(instance, bag.mask, self.pooling, self.rho, bag.relevance)
        video = self.video_pooling(hidden, bag)
        feature = F.normalize(video.mean(1), dim=-1)
        video = (F.normalize(video, dim=-1) * bag.text).sum(-1)
        video = video * scale + self.logit_bias
        extra = {'video': video, 'feature': feature}
        return HeadOutput(pooled, instance, bag.relevance, extra)

    def hold_limits(self) -> None:
        """Caps the logit scale in place, so that the cap does not stop its gradient.

        Sharded training calls it too, on each process's part.
        """
        self.logit_scale.data.clamp_(max=self.max_log_scale)

    def loss_of(self, output: HeadOutput, label: Tensor, bag: Bag) -> dict[str, Tensor]:
        """The losses of a bag given the labels, and the accuracy."""
        video, between = output.extra['video'], off_diagonal(bag.text @ bag.text.t())
        losses = {
            'loss_bag': self.loss_cls(output.logits, label),
            'loss_video': self.video_weight * self.loss_cls(video, label),
            'loss_text': self.text_weight * between.abs().mean(),
            'logit_scale': self.logit_scale.detach().exp()[0],
        }
        if not self.multi_class:
            losses['top1_acc'] = top1_accuracy(self.probabilities(output), label)
        if self.distill is not None:
            feature = output.extra['feature']
            losses['loss_distill'] = self.distill(feature, output.logits, label)
        return losses

    def probabilities(self, output: HeadOutput) -> Tensor:
        """Class probabilities of the bags, (N, K)."""
        bag = self.normalise(output.logits)
        if not self.video_weight:
            return bag
        return (bag + self.normalise(output.extra['video'])) / 2

    def normalise(self, logits: Tensor) -> Tensor:
        """Turns logits (..., K) into probabilities, for one label or several."""
        return logits.sigmoid() if self.multi_class else logits.softmax(-1)

    def chosen(self, score: Tensor) -> Tensor:
        """The predicted classes, given the probabilities (K,) of a bag.

        With multi-hot labels, all classes of at least 0.5, or the highest one if there
        is none [choice].
        """
        best = super().chosen(score)
        several = (score >= 0.5).nonzero().flatten() if self.multi_class else best
        return several if len(several) else best

    def shares_of_valid(self, weights: Tensor, mask: Tensor) -> Tensor:
        """The relevance, unchanged: that of padding is zero."""
        return weights
