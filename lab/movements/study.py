"""Drawn clips of single movements, and scores of finding them by words."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from sklearn.metrics import roc_auc_score

from tgdfer_mm.apis import LoadedModel
from tgdfer_mm.apis.own_words import with_own_words
from tgdfer_mm.models.text.movement_texts import NamedMovement
from tgdfer_mm.synth.clips import Clip, Movement, make_clip, rise_and_fall

SEED = 22  # a seed that no data set of the package has
SIZE, FRAMES = 64, 16
_SHOWN, _ABSENT = 0.5, 0.1  # activations


def plan_clip(asked: NamedMovement, number: int) -> Clip:
    """Plans a clip of a new person that shows a movement among weak other ones.

    Args:
        asked: The movement.
        number: Number of the clip; the same number gives the same clip.
    """
    clip = make_clip(SEED, number, 'neutral', number)
    rng = np.random.default_rng([SEED, number, 1])
    length = len(clip)
    apex = int(rng.integers(length // 4, length // 2))
    start = int(rng.integers(3, length - apex - 3))
    curve = rise_and_fall(length, start, start + apex, 3, 3, rng.uniform(0.85, 1.0))
    units = {name: float(rng.uniform(0.8, 1.0)) for name in asked.units}
    shown = Movement('neutral', units, curve)
    return replace(clip, movements=(shown, *clip.movements))


def draw(clip: Clip) -> tuple[np.ndarray, list[dict[str, float]]]:
    """Frames of a clip, sampled as for a model: (T, 3, H, W), and their units."""
    chosen = np.linspace(0, len(clip) - 1, FRAMES).round().astype(int)
    pictures = np.stack([clip.draw(int(i), SIZE) for i in chosen])
    return pictures.transpose(0, 3, 1, 2), [clip.units(int(i)) for i in chosen]


def strength(units: Sequence[dict[str, float]], asked: NamedMovement) -> np.ndarray:
    """Strength of a movement in frames, that of its weakest unit, (T,)."""
    return np.array([min(each.get(u, 0.0) for u in asked.units) for each in units])


@torch.no_grad()
def judge(
    model: LoadedModel, clips: Sequence[np.ndarray], asked: Sequence[NamedMovement]
) -> np.ndarray:
    """Scores of frames: similarity to each movement, less that to its region at rest.

    Args:
        model: Model; the movements and the regions at rest become its classes.
        clips: Clips of :func:`draw`.
        asked: K movements.

    Returns:
        Differences of the frames' logits, (N, T, K). The score of the first of two
        classes rises with it.
    """
    texts = {'+'.join(each.units): list(each.texts) for each in asked}
    texts |= {each.region: list(each.rest) for each in asked}
    own = with_own_words(model, texts)
    moved = [own.classes.index('+'.join(each.units)) for each in asked]
    rest = [own.classes.index(each.region) for each in asked]
    network, found = own.model, []
    prepare = network.data_preprocessor
    for frames in clips:
        pixels = torch.from_numpy(frames).float()
        pixels = (pixels - prepare.mean) / prepare.std
        output, _ = network.extract_feat(pixels[None], stage='head', test_mode=True)
        logits = output.instance[0].numpy()
        found.append(logits[:, moved] - logits[:, rest])
    return np.stack(found)


def auroc(scores: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """AUROC of frames and of clips that show a movement, against those without it.

    Args:
        scores: (N, T).
        truth: Strength of the movement in the frames, (N, T). Frames with a medium
            strength are left out.
    """
    pairs = ((scores, truth), (scores.max(1), truth.max(1)))
    frames, clips = (
        float(roc_auc_score(t[known] >= _SHOWN, s[known]))
        for s, t in pairs
        for known in [(t >= _SHOWN) | (t <= _ABSENT)]
    )
    return frames, clips
