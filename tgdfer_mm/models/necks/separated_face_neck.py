"""Instances separated into an expression and the person who shows it."""

import torch
from torch import Tensor, nn

from ...registry import MODELS
from ..bag import Bag
from ..functional import least_expressive
from ..layers.separation import Separation
from ..layers.zero_start import zero_linear
from .visual_prompt_neck import RelevanceNeck


@MODELS.register_module()
class SeparatedFaceNeck(RelevanceNeck):
    """A neck that separates expression and person in each instance [from PF-ViT].

    Two linear maps of an instance x give the expression e and the residue p. From p
    alone, a linear map predicts r, the instance of the same person at rest. Its target
    in training is the clip's least expressive instance, so no label is needed [choice].
    ``x' = x + W [e, x - r]``, where W starts at zero, so that the model starts as the
    one without this neck.

    Unlike the median of :class:`.RestingFaceNeck`, r is predicted for each instance, in
    its own pose, even if the clip shows no face at rest.

    Losses while training: ``loss_apart`` of e and p, and ``loss_rest``, the squared
    distance between r and the clip's least expressive instance, averaged over the valid
    instances.

    Args:
        in_channels: D, the joint width.
        temperature: Initial value of tau, see :class:`.RelevanceNeck`.
        spread: See :class:`.RelevanceNeck`.
        expression_channels: Width of e; a quarter of D by default.
        residue_channels: Width of p; D by default.
        neutral: Index of the neutral class, whose score chooses the least expressive
            instance. None if there is no such class: then the instance with the highest
            entropy is chosen.
        loss_apart: Config of the loss that keeps e and p apart; None leaves it out.
        rest_weight: Factor of ``loss_rest``.
        **kwargs: As for :class:`.RelevanceNeck`.

    Raises:
        ValueError: If a width is not positive, or ``rest_weight`` is negative.
    """

    def __init__(
        self,
        in_channels: int,
        temperature: float = 0.01,
        spread: bool = True,
        expression_channels: int | None = None,
        residue_channels: int | None = None,
        neutral: int | None = None,
        loss_apart: dict | None = dict(type='DecorrelationLoss'),  # noqa: B006
        rest_weight: float = 1.0,
        **kwargs,
    ) -> None:
        super().__init__(temperature, spread, learn_temperature=True, **kwargs)
        if rest_weight < 0:
            raise ValueError(f'rest_weight={rest_weight} must not be negative')
        if expression_channels is None:
            expression_channels = max(1, in_channels // 4)
        if residue_channels is None:
            residue_channels = in_channels
        self.neutral = neutral
        self.rest_weight = rest_weight
        self.loss_apart = MODELS.build(loss_apart) if loss_apart else None
        self.parts = Separation(in_channels, expression_channels, residue_channels)
        self.rest = nn.Linear(residue_channels, in_channels)
        self.reader = zero_linear(expression_channels + in_channels, in_channels)

    def forward(self, bag: Bag, data_samples: list | None = None) -> tuple[Bag, dict]:
        """As :class:`.RelevanceNeck`, with the two losses while training."""
        read, log = super().forward(bag, data_samples)
        return read, log if data_samples is None else log | self.losses(bag)

    def read(self, bag: Bag) -> Tensor:
        """The instances against the resting face, (N, M, D); padding is not changed."""
        x = bag.instances
        expression, residue = self.parts(x)
        parts = torch.cat([expression, x - self.rest(residue)], dim=-1)
        return x + self.reader(parts) * bag.mask[..., None]

    def losses(self, bag: Bag) -> dict[str, Tensor]:
        """The loss that keeps the parts apart, and the loss of the resting face.

        Raises:
            IndexError: If ``neutral`` is not the index of a class.
        """
        expression, residue = self.parts(bag.instances)
        with torch.no_grad():
            place = least_expressive(self.similarity(bag), bag.mask, self.neutral)
        target = bag.instances[torch.arange(len(place), device=place.device), place]
        gap = (self.rest(residue) - target.detach()[:, None]).square().sum(-1)
        gap = (gap * bag.mask).sum() / bag.mask.sum().clamp(min=1)
        losses = {'loss_rest': self.rest_weight * gap}
        if self.loss_apart is not None:
            losses['loss_apart'] = self.loss_apart(expression, residue, bag.mask)
        return losses
