"""Figures of a trained separator on people who are not in its training data."""

import numpy as np
import torch
from torch import Tensor

from tgdfer_mm.models.functional import least_expressive

from .drawn_clips import DrawnClips, shrink
from .probes import emotion_from, person_from
from .separator import Batch, FaceSeparator

PARTS = ('expression', 'residue')


class Parts:
    """Expression, residue and both pictures of all frames of some clips.

    Args:
        model: The separator.
        batch: N clips of T frames.
    """

    @torch.no_grad()
    def __init__(self, model: FaceSeparator, batch: Batch) -> None:
        self.expression, self.residue = model.parts(batch.instances)
        drawn = [
            (model.draw(e, p)[1], model.at_rest(x, seen))
            for e, p, x, seen in zip(
                self.expression,
                self.residue,
                batch.instances,
                batch.pictures,
                strict=True,
            )
        ]
        self.residue_alone = torch.stack([alone for alone, _ in drawn])
        self.redrawn = torch.stack([redrawn for _, redrawn in drawn])


def picture_errors(
    model: FaceSeparator, batch: Batch, clips: DrawnClips, mean_face: Tensor
) -> dict[str, float]:
    """Mean absolute error against the same frame at rest, in grey levels (0 to 255).

    Only frames that show the clip's emotion count. Six pictures are compared: what the
    separator redraws, what it draws from the residue alone, the mean frame of the clip,
    its least expressive frame, the frame itself, and one mean face for all clips.

    Args:
        model: The separator.
        batch: The test clips.
        clips: The same clips with their truth.
        mean_face: (3, S, S), the mean of the training clips' least expressive frames.

    Raises:
        ValueError: No frame shows the emotion of its clip.
    """
    if not clips.expressive.any():
        raise ValueError('no frame shows its emotion: take more frames of a clip')
    parts, seen = Parts(model, batch), batch.pictures
    truth = torch.from_numpy(shrink(clips.at_rest, seen.shape[-1]))
    calm = least_expressive(batch.similarity, batch.mask, model.neutral)
    candidates = dict(
        redrawn=parts.redrawn,
        residue_alone=parts.residue_alone,
        mean_frame=seen.mean(1, keepdim=True),
        least_expressive=seen[torch.arange(len(seen)), calm][:, None],
        frame_itself=seen,
        mean_face=mean_face,
    )
    shown = torch.from_numpy(clips.expressive)
    return {
        name: float((drawn - truth).abs().mean((2, 3, 4))[shown].mean()) * 255
        for name, drawn in candidates.items()
    }


def leaks(
    model: FaceSeparator,
    train: Batch,
    train_clips: DrawnClips,
    test: Batch,
    clips: DrawnClips,
) -> dict[str, float]:
    """Accuracy of linear probes on each part and on the whole instance.

    Returns:
        ``emotion_expression``, ``person_expression``, and the same for ``residue`` and
        ``instance``: the share of frames that a probe names correctly; and
        ``classified``, the share of clips that the classifier names correctly.
    """
    with torch.no_grad():
        known = dict(zip(PARTS, model.parts(train.instances), strict=True))
        asked = dict(zip(PARTS, model.parts(test.instances), strict=True))
        guess = model.classify(test.instances, test.mask).argmax(-1)
    known['instance'], asked['instance'] = train.instances, test.instances
    found = {'classified': float((guess == test.label).float().mean())}
    for name, part in asked.items():
        own = np.asarray(part)
        found[f'emotion_{name}'] = emotion_from(
            np.asarray(known[name]), train_clips, own, clips
        )
        found[f'person_{name}'] = person_from(own, clips)
    return found
