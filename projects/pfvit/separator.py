"""Separator, classifier and decoder in one model, with their losses."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tgdfer_mm.models.functional import least_expressive
from tgdfer_mm.models.layers.separation import Separation
from tgdfer_mm.models.pooling import mil_pool
from tgdfer_mm.registry import MODELS

from .calm import calm_shares
from .decoder import FaceDecoder


class Batch(NamedTuple):
    """A batch of clips for the separator.

    Attributes:
        instances: Features of each frame from the frozen tower, (N, M, D).
        mask: True where a frame is valid, (N, M).
        pictures: The frames, (N, M, 3, S, S), 0 to 1.
        similarity: Logits of the classes for each frame, before the separator is
            trained, (N, M, K): they choose the least expressive frame.
        label: Label of each clip, (N,).
    """

    instances: Tensor
    mask: Tensor
    pictures: Tensor
    similarity: Tensor
    label: Tensor

    def part(self, places: Tensor) -> 'Batch':
        """Only the clips with these indices."""
        return Batch(*(field[places] for field in self))


@MODELS.register_module()
class FaceSeparator(nn.Module):
    """Expression and residue of a face, and pictures drawn from them [from PF-ViT].

    The decoder draws the frame again from both parts. From the residue alone (the
    expression is set to zero) it draws the person at rest; the target is the clip's own
    least expressive frame. PF-ViT has single pictures and trains this with a
    discriminator, which is left out here [choice].

    Args:
        in_channels: Width D of an instance.
        num_classes: Number K of classes.
        expression_channels: Width E of the expression.
        residue_channels: Width P of the residue.
        neutral: The class of a face at rest; None if there is none.
        decoder: Settings of the :class:`FaceDecoder`, without ``in_channels``.
        loss_apart: Config of the loss that keeps the parts apart; None leaves it out.
        calm_weight: Factor of both ratios of :func:`~projects.pfvit.calm.calm_shares`,
            which keep the parts apart by the calm frames of videos.
        class_weight: Factor of the classifier's cross entropy.
        picture_weight: Factor of the mean absolute errors of the two pictures that the
            decoder draws.
        redrawn_weight: Factor of the mean absolute error of the frame less its
            expression; its target is that of the face at rest [choice].
        frames_drawn: Frames of each clip that are drawn in a step of training.

    Raises:
        ValueError: If a width, a weight or the number of frames is out of range.
    """

    def __init__(
        self,
        in_channels: int,
        num_classes: int,
        expression_channels: int = 32,
        residue_channels: int = 192,
        neutral: int | None = None,
        decoder: dict | None = None,
        loss_apart: dict | None = None,
        calm_weight: float = 0.0,
        class_weight: float = 0.1,
        picture_weight: float = 2.0,
        redrawn_weight: float = 6.0,
        frames_drawn: int = 3,
    ) -> None:
        super().__init__()
        weights = dict(
            calm_weight=calm_weight,
            class_weight=class_weight,
            picture_weight=picture_weight,
            redrawn_weight=redrawn_weight,
        )
        for name, weight in weights.items():
            if weight < 0:
                raise ValueError(f'{name}={weight} must not be negative')
        if frames_drawn < 1:
            raise ValueError(f'frames_drawn={frames_drawn} must be positive')
        self.neutral = neutral
        self.calm_weight = calm_weight
        self.class_weight = class_weight
        self.picture_weight = picture_weight
        self.redrawn_weight = redrawn_weight
        self.frames_drawn = frames_drawn
        self.parts = Separation(in_channels, expression_channels, residue_channels)
        self.classifier = nn.Linear(expression_channels, num_classes)
        both = expression_channels + residue_channels
        self.decoder = FaceDecoder(both, **(decoder or {}))
        self.loss_apart = MODELS.build(loss_apart) if loss_apart else None

    def classify(self, instances: Tensor, mask: Tensor) -> Tensor:
        """Logits of the clips (N, K): means over the highest quarter of frames."""
        expression, _ = self.parts(instances)
        return mil_pool(self.classifier(expression), mask, 'topk', 0.25)

    def draw(self, expression: Tensor, residue: Tensor) -> tuple[Tensor, Tensor]:
        """Draws frames and faces at rest: (B, E), (B, P) -> twice (B, 3, S, S)."""
        whole = torch.cat([expression, residue], dim=-1)
        rest = torch.cat([torch.zeros_like(expression), residue], dim=-1)
        return self.decoder(whole), self.decoder(rest)

    def at_rest(self, instances: Tensor, pictures: Tensor) -> Tensor:
        """The frames without what the expression adds to them, (B, 3, S, S).

        The decoder draws each frame twice, with the expression and without. The
        difference is subtracted from the frame itself, which keeps details that a
        decoder blurs.

        Args:
            instances: (B, D).
            pictures: (B, 3, S, S), 0 to 1.
        """
        whole, rest = self.draw(*self.parts(instances))
        return (pictures - whole + rest).clamp(0, 1)

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """The losses of some clips; the frames that are drawn are chosen at random."""
        expression, residue = self.parts(batch.instances)
        scores = mil_pool(self.classifier(expression), batch.mask, 'topk', 0.25)
        clips, frames = self._choose(batch.mask)
        whole, rest = self.draw(expression[clips, frames], residue[clips, frames])
        calm = least_expressive(batch.similarity, batch.mask, self.neutral)
        target, seen = batch.pictures[clips, calm[clips]], batch.pictures[clips, frames]
        losses = {
            'loss_cls': self.class_weight
            * F.cross_entropy(scores, batch.label, label_smoothing=0.1),
            'loss_whole': self.picture_weight * F.l1_loss(whole, seen),
            'loss_rest': self.picture_weight * F.l1_loss(rest, target),
            'loss_redrawn': self.redrawn_weight
            * F.l1_loss(seen - whole + rest, target),
        }
        if self.loss_apart is not None:
            losses['loss_apart'] = self.loss_apart(expression, residue, batch.mask)
        if self.calm_weight:
            shares = calm_shares(expression, residue, batch.mask, calm)
            for name, share in zip(('expression', 'residue'), shares, strict=True):
                losses[f'loss_calm_{name}'] = self.calm_weight * share
        return losses

    def _choose(self, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Indices of clip and frame to draw: some valid frames of each clip."""
        order = torch.rand(mask.shape, device=mask.device).masked_fill(~mask, -1.0)
        count = min(self.frames_drawn, mask.shape[1])
        frames = order.topk(count, dim=1).indices
        clips = torch.arange(len(mask), device=mask.device)[:, None].expand_as(frames)
        valid = mask[clips, frames]
        return clips[valid], frames[valid]
