"""Do the frames that a model calls relevant carry its verdict?

Any recognizer is asked again, about some frames of a clip alone. The measures are those
of rationales of texts [from ERASER, arXiv 1911.03429], on frames.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from .frame_sources import SOURCES, PredictedClip

Source = Callable[[PredictedClip], np.ndarray]
_TOGETHER = 64  # clips that go to the model at once
FIGURES = ('sufficiency', 'necessity', 'single', 'kept', 'lost')


class Subset(NamedTuple):
    """A choice among a clip's n frames.

    Attributes:
        kind: ``only`` the chosen ones, ``without`` them, or ``one`` alone.
        random: Whether they were drawn, and not chosen by relevance.
        frames: Those that are left, ascending.
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
    """Sufficiency and necessity of the most relevant frames, next to random ones.

    Of each clip with n frames, the ``share * n`` most relevant for the predicted class
    are taken (at least one, and never all). In percent of the clips:

    * ``sufficiency``: these frames alone get the verdict of the whole clip;
    * ``necessity``: the other frames alone lose it;
    * ``single``: the most relevant frame alone gets it;
    * ``kept`` and ``lost``, in points: the probability of the verdict with these frames
      alone, less that of the whole clip; and that of the whole clip less that with the
      others alone.

    Frames that are left go to the model as a short clip does: in their order, then the
    last one again, with ``num_valid`` for models that read it.

    Args:
        predict: E.g. a model's ``test_step``: from a batch to samples with
            ``pred_score``, and, for ``source``, what it reads.
        batches: Of a loader: ``inputs`` and ``data_samples``. Inputs have their T
            frames first (T, ...) or, as (1, C, T, H, W), third.
        source: A key of ``SOURCES`` or such a function; the values of the frames.
        share: Of the frames, above 0 and below 1 [choice].
        draws: Random choices of as many frames; their mean counts.
        seed: Of the draws, and of the order of frames that tie.

    Returns:
        Each of the figures by ``relevant`` and by ``random``, and the number of
        ``clips``, of ``skipped`` ones (damaged, or of one frame) and of the mean
        ``frames`` taken. None without a clip.

    Raises:
        ValueError: ``share`` or ``draws`` is out of range, or a prediction lacks what
            the source reads.
    """
    if not 0 < share < 1 or draws < 1:
        raise ValueError(
            f'share={share} has to be between 0 and 1, draws={draws} at least 1'
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
    """The most relevant frames and random ones: alone, left out, and one of each.

    Args:
        values: (n,) of the frames; those that tie are in random order.
        count: Frames that are chosen, below n.
        draws: Random choices.
        rng: Draws.
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
    """A clip of which only some frames are left, as a short clip is read."""
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
    """Predictions of many clips, some at a time."""
    for start in range(0, len(inputs), _TOGETHER):
        part = slice(start, start + _TOGETHER)
        yield from predict(dict(inputs=inputs[part], data_samples=samples[part]))


def _time(inputs: Tensor, length: int) -> int:
    """Which axis of a clip's inputs is time."""
    if inputs.shape[0] == length:
        return 0
    if inputs.ndim == 5 and inputs.shape[:1] == (1,) and inputs.shape[2] == length:
        return 2
    raise ValueError(
        f'inputs of shape {tuple(inputs.shape)} have no axis of {length} frames where '
        'it should be, first or, as (1, C, T, H, W), third'
    )


def _copied(batch: Mapping[str, Any]) -> dict:
    """A batch whose samples a model may write on."""
    samples = [sample.clone() for sample in batch['data_samples']]
    return dict(inputs=list(batch['inputs']), data_samples=samples)
