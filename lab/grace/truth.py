"""Comparison of the transport with the true frames and patches of the expression."""

from collections.abc import Iterable

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor

from .clips import DrawnClips
from .training import Judge

CHANGED = 4.0  # lowest change of a patch that shows the expression, grey levels


@torch.no_grad()
def truth_figures(model: Judge, features: Tensor, clips: DrawnClips) -> dict:
    """Mass and agreement of frames and patches against the drawn truth.

    The transport plan is that of the clip's own class. The mass of a frame or patch
    depends only on motion, not on the words. Its agreement is the mean cosine with the
    words that it is moved to.

    Args:
        model: A trained judge that reads patches.
        features: Features of the clips, (N, T, 1 + P, D).
        clips: The clips, with ``change``; neutral clips are left out.

    Returns:
        Percent, the mean over clips: ``frames_mass`` on frames of the episode, and
        ``frames_even``, their share of the clip; AUROC of the frames by mass and by
        agreement, ``frames_auroc`` and ``frames_agreement``; the same of the patches
        of these frames, ``patches_...``, which show it where they change.
    """
    model.eval()
    text, count = model.text(), clips.shown.shape[1]
    rows: dict[str, list] = {'frames': [], 'patches': []}
    for i in np.flatnonzero(clips.shown.any(1) & ~clips.shown.all(1)):
        own = text[clips.label[i], None]
        moved = model.head.transport(model.bag(features[i, None], own))
        mass = moved.plan.sum(2).flatten()
        fit = ((moved.plan * moved.cosine).sum(2).flatten() / mass).numpy()
        mass = mass.numpy()
        rows['frames'].append((clips.shown[i], mass[:count], fit[:count]))
        mass, fit = (x[count:].reshape(count, -1) for x in (mass, fit))
        for frame in np.flatnonzero(clips.shown[i]):
            changed = clips.change[i, frame] >= CHANGED
            rows['patches'].append((changed, mass[frame], fit[frame]))
    return {
        f'{of}_{name}': value
        for of, each in rows.items()
        for name, value in _figures(each).items()
    }


def _figures(rows: Iterable[tuple]) -> dict[str, float]:
    """Mean AUROC over rows of truth; rows with only one value are left out."""
    rows = [row for row in rows if row[0].any() and not row[0].all()]
    found = dict(
        mass=[mass[shown].sum() / mass.sum() for shown, mass, _ in rows],
        even=[shown.mean() for shown, _, _ in rows],
        auroc=[roc_auc_score(shown, mass) for shown, mass, _ in rows],
        agreement=[roc_auc_score(shown, fit) for shown, _, fit in rows],
    )
    return {name: 100 * float(np.mean(each)) for name, each in found.items()}
