"""Tests if the frames that a model calls relevant determine its prediction.

Any recognizer predicts again from only some frames of a clip. The measures are those
for rationales of texts [from ERASER, arXiv 1911.03429], applied to frames.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from .frame_sources import SOURCES, PredictedClip

Source = Callable[[PredictedClip], np.ndarray]
_TOGETHER = 64  # clips in one batch
FIGURES = ('sufficiency', 'necessity', 'single', 'kept', 'lost')


class Subset(NamedTuple):
    """A subset of a clip's n frames.

    Attributes:
        kind: ``only`` the chosen frames, ``without`` them, or ``one`` frame alone.
        random: Whether they were chosen at random, and not by relevance.
        frames: The frames of the subset, ascending.
    """

    kind: str
    random: bool
    frames: np.ndarray


def frame_reliance(
    predict: Callable[[dict], Sequence[Any]],
    batches: Iterable[Mapping[str, Any]],
    source: str | Source = 'relevance',
    share: float = 0.25,
    draws: int = 5,
    seed: int = 0,
) -> dict:
    """Sufficiency and necessity of the most relevant frames, and of random ones.

    For each clip with n frames, the ``share * n`` most relevant ones for the predicted
    class are chosen (at least one, and never all). In percent of the clips:

    * ``sufficiency``: with only these frames the prediction is that of the whole clip;
    * ``necessity``: with only the other frames the prediction is another one;
    * ``single``: with only the most relevant frame it is that of the whole clip;
    * ``kept``, in points: the probability of the predicted class with only these
      frames, minus that with the whole clip;
    * ``lost``, in points: that probability with the whole clip, minus that with only
      the other frames.

    The model gets the remaining frames like a short clip: in their order, then the last
    one repeated, with ``num_valid`` for models that read it.

    Args:
        predict: A function such as a model's ``test_step``, from a batch to samples
            with ``pred_score`` and the fields that ``source`` reads.
        batches: Batches of a loader, with ``inputs`` and ``data_samples``. Inputs have
            their T frames first (T, ...) or, as (1, C, T, H, W), third.
        source: The source of the frames' values: a key of ``SOURCES`` or such a
            function.
        share: Share of the frames that is chosen, above 0 and below 1 [choice].
        draws: Number of random choices of as many frames; their mean counts.
        seed: Seed of the random choices, and of the order of frames with equal values.

    Returns:
        Each figure for ``relevant`` and for ``random`` frames, the number of ``clips``,
        the number of ``skipped`` clips (damaged, or with one frame), and the mean
        number of chosen ``frames``. None without a clip.

    Raises:
        ValueError: ``share`` or ``draws`` is out of range, or a prediction lacks the
            fields that the source reads.
    """
    if not 0 < share < 1 or draws < 1:
        raise ValueError(
            f'share={share} must be between 0 and 1, and draws={draws} must be at '
            'least 1'
        )
    value = SOURCES[source] if isinstance(source, str) else source
    rng, rows, skipped, taken = np.random.default_rng(seed), [], 0, []
    for batch in batches:
        asked, inputs, samples = [], [], []
        for i, sample in enumerate(predict(_copied(batch))):
            clip = _predicted(sample)
            if sample.get('damaged') or clip.num_valid < 2:
                skipped += 1
                continue
            count = _count(share, clip.num_valid)
            subsets = list(choose_frames(value(clip), count, draws, rng))
            asked.append((clip, subsets))
            taken.append(count)
            for each in subsets:
                left = _left(batch['inputs'][i], batch['data_samples'][i], each.frames)
                inputs.append(left[0])
                samples.append(left[1])
        again = _in_parts(predict, inputs, samples)
        for clip, subsets in asked:
            rows.append(_figures(clip, subsets, [next(again) for _ in subsets]))
    result = dict(clips=len(rows), skipped=skipped)
    result['frames'] = float(np.mean(taken)) if taken else None
    for name in FIGURES:
        result[name] = {
            how: 100 * float(np.mean([row[name, how] for row in rows]))
            for how in ('relevant', 'random')
            if rows
        } or None
    return result


def choose_frames(
    values: np.ndarray, count: int, draws: int, rng: np.random.Generator
) -> Iterator[Subset]:
    """The subsets: relevant and random frames alone, left out, and one of each.

    Args:
        values: (n,) values of the frames; frames with equal values are in random order.
        count: Number of chosen frames, below n.
        draws: Number of random choices.
        rng: Random generator.
    """
    n = len(values)
    for k in range(draws + 1):
        order = rng.permutation(n)
        if k == 0:
            order = order[np.argsort(-values[order], kind='stable')]
        chosen = order[:count], order[count:], order[:1]
        for kind, frames in zip(('only', 'without', 'one'), chosen, strict=True):
            yield Subset(kind, k > 0, np.sort(frames))


def _count(share: float, frames: int) -> int:
    return min(max(1, round(share * frames)), frames - 1)


def _predicted(sample: Any) -> PredictedClip:
    plain = sample if isinstance(sample, Mapping) else sample.to_dict()
    scores = torch.as_tensor(plain['pred_score'])
    return PredictedClip(plain, None, int(scores.argmax()), len(scores))


def _figures(
    clip: PredictedClip, subsets: Sequence[Subset], said: Sequence[Any]
) -> dict[tuple[str, str], float]:
    whole = float(torch.as_tensor(clip.sample['pred_score'])[clip.label])
    found: dict[tuple[str, str], list[float]] = {}
    for subset, sample in zip(subsets, said, strict=True):
        scores = torch.as_tensor(sample.get('pred_score'))
        same, score = int(scores.argmax()) == clip.label, float(scores[clip.label])
        how = 'random' if subset.random else 'relevant'
        values = {
            'only': dict(sufficiency=same, kept=score - whole),
            'without': dict(necessity=not same, lost=whole - score),
            'one': dict(single=same),
        }[subset.kind]
        for name, value in values.items():
            found.setdefault((name, how), []).append(float(value))
    return {key: float(np.mean(values)) for key, values in found.items()}


def _left(inputs: Tensor, sample: Any, frames: np.ndarray) -> tuple[Tensor, Any]:
    """A clip with only some of its frames, in the form of a short clip."""
    inds = np.asarray(sample.get('frame_inds')).ravel()
    rest = np.repeat(frames[-1:], len(inds) - len(frames))
    places = np.concatenate([frames, rest])
    own = sample.clone()
    own.set_metainfo(dict(frame_inds=inds[places], num_valid=len(frames)))
    where = torch.from_numpy(places).to(inputs.device)
    return inputs.index_select(_time(inputs, len(inds)), where), own


def _in_parts(
    predict: Callable[[dict], Sequence[Any]], inputs: list[Tensor], samples: list
) -> Iterator[Any]:
    """Predictions of many clips, in small batches."""
    for start in range(0, len(inputs), _TOGETHER):
        part = slice(start, start + _TOGETHER)
        yield from predict(dict(inputs=inputs[part], data_samples=samples[part]))


def _time(inputs: Tensor, length: int) -> int:
    """The axis of time in a clip's inputs."""
    if inputs.shape[0] == length:
        return 0
    if inputs.ndim == 5 and inputs.shape[:1] == (1,) and inputs.shape[2] == length:
        return 2
    raise ValueError(
        f'inputs of shape {tuple(inputs.shape)} have no axis of {length} frames: it '
        'must be the first one, or the third one in (1, C, T, H, W)'
    )


def _copied(batch: Mapping[str, Any]) -> dict:
    """A batch whose samples the model may change."""
    samples = [sample.clone() for sample in batch['data_samples']]
    return dict(inputs=list(batch['inputs']), data_samples=samples)
