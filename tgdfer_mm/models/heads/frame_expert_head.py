"""The head for classifiers of single faces, which pools their scores over a bag."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from ...labels.classes import load_classes
from ...labels.expression_names import same_expression
from ...registry import MODELS
from ...video.errors import UsageError
from ..bag import Bag
from ..functional import masked_softmax
from ..pooling import find_mil_pooling, mil_pool
from .bag_head import BagHead, HeadOutput

_NEVER = -1e4  # logit of a class that the expert does not know


@MODELS.register_module()
class FrameExpertHead(BagHead):
    """A head without weights that pools the scores of a frame expert [choice].

    It pools as TG-DFER's own head does. The expert's classes are mapped to those of a
    data set by their names: ``happiness`` is DFEW's ``happy``. The score of a class
    that the expert does not know is 0. Instance scores are the frames' probabilities,
    and the bag logits are pooled from their logarithms. A frame's relevance for a class
    is its share of the class's probability in the bag.

    Args:
        classes: Names of the expert's C classes, in the order of its scores.
        label_set: Data set to whose classes they are mapped, see
            :func:`~tgdfer_mm.labels.classes.load_classes`; None keeps the expert's.
        extra_classes: What to do with classes that the data set lacks, such as
            contempt: ``keep`` puts them after its own; ``drop`` leaves them out and
            scales the other scores to sum to one.
        pooling: See :func:`tgdfer_mm.models.pooling.mil_pool`.
        rho: Share of the instances that ``topk`` pooling averages.
        temperature: Divisor of the logits.
        loss_cls: As for :class:`BagHead`; used if the expert is trained.

    Attributes:
        classes: Names of the K classes of the result.
        remarks: Sentences about classes that are left out or unknown to the expert.

    Raises:
        UsageError: If no classes are named, two have the same name, or an argument has
            a value that is not listed here.
    """

    weights_field = 'relevance'

    def __init__(
        self,
        classes: Sequence[str] = (),
        label_set: str | None = 'dfew',
        extra_classes: str = 'keep',
        pooling: str = 'topk',
        rho: float = 0.25,
        temperature: float = 1.0,
        loss_cls: dict | None = None,
    ) -> None:
        if not classes:
            raise UsageError(
                'cls_head.classes is missing: name the classes of the expert, in the '
                'order of its scores'
            )
        if extra_classes not in ('keep', 'drop'):
            raise UsageError(
                f"cls_head.extra_classes={extra_classes!r} must be 'keep' or 'drop'"
            )
        if temperature <= 0:
            raise UsageError(f'cls_head.temperature={temperature} must be above 0')
        own = [same_expression(name) for name in classes]
        twice = sorted({name for name in own if own.count(name) > 1})
        if twice:
            raise UsageError(
                f'cls_head.classes has {", ".join(twice)} more than once: name each '
                'class once'
            )
        names, places, self.remarks = _match(
            list(classes), own, label_set, extra_classes == 'drop'
        )
        super().__init__(len(names), len(own), loss_cls)
        find_mil_pooling(pooling)  # an unknown one is refused here
        self.classes, self.pooling = names, pooling
        self.rho, self.temperature = rho, temperature
        self.register_buffer('places', torch.tensor(places), persistent=False)

    def forward(self, bag: Bag, **kwargs) -> HeadOutput:
        """The output for bags of instances (N, M, C), which are the expert's logits."""
        z = F.pad(bag.instances / self.temperature, (0, 1), value=_NEVER)
        z = z[..., self.places].log_softmax(-1)
        relevance = masked_softmax(z, bag.mask[..., None], dim=1)
        pooled = mil_pool(z, bag.mask, self.pooling, self.rho, relevance)
        return HeadOutput(pooled, z, relevance)

    def shares_of_valid(self, weights: Tensor, mask: Tensor) -> Tensor:
        """The relevance, unchanged: that of padding is zero."""
        return weights


def _match(
    classes: list[str], own: list[str], label_set: str | None, drop: bool
) -> tuple[list[str], list[int], list[str]]:
    """Class names of the result, the place of each one's logit, and the remarks."""
    if label_set is None:
        return classes, list(range(len(own))), []
    wanted = list(load_classes(label_set))
    meant = [same_expression(name) for name in wanted]
    # The place after the last one stands for classes that the expert does not know.
    places = [own.index(each) if each in own else len(own) for each in meant]
    extra = [i for i, name in enumerate(own) if name not in meant]
    unknown = [n for n, at in zip(wanted, places, strict=True) if at == len(own)]
    if len(unknown) == len(wanted):
        raise UsageError(
            f'none of cls_head.classes={classes} is a class of {label_set}: {wanted}. '
            'Correct the names, or set cls_head.label_set=None to keep them'
        )
    remarks = []
    if unknown:
        remarks.append(
            f'The expert does not know {", ".join(unknown)}; their scores are always 0.'
        )
    if extra and drop:
        left_out = ', '.join(classes[i] for i in extra)
        remarks.append(
            f"The expert's scores for {left_out} are left out, and the others are "
            'scaled to sum to 1.'
        )
        return wanted, places, remarks
    return [*wanted, *(own[i] for i in extra)], [*places, *extra], remarks
