"""What a video tells of its parts without any label: its calm frame is at rest."""

import torch
from torch import Tensor


def calm_shares(
    expression: Tensor, residue: Tensor, mask: Tensor, calm: Tensor
) -> tuple[Tensor, Tensor]:
    """How far both parts are from what they are in a clip's calm frame [choice].

    At rest all people have one expression, so that an expression which differs between
    calm frames tells of the person. And a clip has one person, so that a residue which
    moves away from that of the calm frame tells of the expression.

    Args:
        expression: (N, M, E).
        residue: (N, M, P).
        mask: True where a frame is valid, (N, M).
        calm: Place of each clip's least expressive frame, (N,).

    Returns:
        The variance of the expression over the calm frames, as a share of that over
        all valid frames; and the mean square by which residues differ from that of
        their clip's calm frame, as a share of what it is between any two valid frames.
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
