"""IAL's intensity-aware loss, on the label and its strongest rival class."""

import torch
import torch.nn.functional as F
from torch import Tensor

from ...registry import MODELS
from .mil_loss import MILLoss


@MODELS.register_module()
class IntensityAwareLoss(MILLoss):
    """The intensity-aware loss: MIL loss plus a term on the strongest rival [from IAL].

    The term is ``-log(e^x_t / (e^x_t + e^x_m))``, with x_t the logit of the label and
    x_m the highest of the other classes: clips of low intensity, which look like
    another class, weigh more than in a softmax over all classes. With soft labels it
    is the mean over the labels by their shares [choice].

    It works with any head. Logits of a vision-language model are cosines times a
    hundred, for which the term saturates unless a ``temperature`` makes them smaller.

    Args:
        intensity_weight: Factor of the term; 0.1 in the authors' code.
        temperature: Divisor of the logits in this term, and nowhere else.
        **kwargs: As for :class:`MILLoss`.

    Raises:
        ValueError: If ``multi_label`` is set, because there is no single rival class
            then, or the temperature is not positive.
    """

    def __init__(
        self, intensity_weight: float = 0.1, temperature: float = 1.0, **kwargs
    ) -> None:
        super().__init__(**kwargs)
        if self.multi_label:
            raise ValueError(
                'IntensityAwareLoss compares a label with one rival class; for '
                'multi_label=True take MILLoss'
            )
        if temperature <= 0:
            raise ValueError(f'temperature={temperature} must be positive')
        self.intensity_weight = intensity_weight
        self.temperature = temperature

    def classify(self, cls_score: Tensor, label: Tensor) -> Tensor:
        """The mean loss of bag logits (N, K), without its weight."""
        rivalry = against_rival(cls_score / self.temperature, label)
        return super().classify(cls_score, label) + self.intensity_weight * rivalry


def against_rival(logits: Tensor, label: Tensor) -> Tensor:
    """Mean cross entropy between the label and the highest other class.

    Args:
        logits: (N, K), of at least two classes.
        label: (N,) class indices, or (N, K) shares.
    """
    (first, second), leader = logits.topk(2).values.unbind(-1), logits.argmax(-1)
    leads = F.one_hot(leader, logits.shape[-1]).bool()
    rival = torch.where(leads, second[:, None], first[:, None])
    shares = label if label.is_floating_point() else F.one_hot(label, len(logits[0]))
    return (shares * F.softplus(rival - logits)).sum(-1).mean()
