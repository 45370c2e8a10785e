"""Training without labels: the calm frame of a video shows the person at rest."""

import torch
from torch import Tensor


def calm_shares(
    expression: Tensor, residue: Tensor, mask: Tensor, calm: Tensor
) -> tuple[Tensor, Tensor]:
    """Distance of both parts from those of the clip's calm frame [choice].

    At rest all people have the same expression: if the expression differs between calm
    frames, it holds something of the person. A clip shows one person: if the residue
    differs from that of the calm frame, it holds something of the expression.

    Args:
        expression: (N, M, E).
        residue: (N, M, P).
        mask: True where a frame is valid, (N, M).
        calm: Index of each clip's least expressive frame, (N,).

    Returns:
        Two ratios. The variance of the expression over the calm frames, divided by that
        over all valid frames; and the mean squared difference between residues and the
        residue of their clip's calm frame, divided by that between any two valid
        frames.
    """
    clips = torch.arange(len(calm), device=calm.device)
    at_rest = expression[clips, calm]
    moved = (residue - residue[clips, calm][:, None])[mask]
    return (
        _spread(at_rest) / _spread(expression[mask]).clamp(min=1e-12),
        moved.square().sum(-1).mean() / (2 * _spread(residue[mask])).clamp(min=1e-12),
    )


def _spread(rows: Tensor) -> Tensor:
    """Mean square distance of rows (n, C) from their mean."""
    return (rows - rows.mean(0)).square().sum(-1).mean()
