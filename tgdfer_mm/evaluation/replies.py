"""Evaluates replies of language models with the metric of all other models.

The denominators are those of the annotation file. A clip without a reply, or with one
that cannot be read, counts as wrong.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import torch

from ..labels.replies import PROBLEMS, Reading
from .dfer_metric import DFERMetric


def reply_sample(clip: str, label: int, reading: Reading, num_classes: int) -> dict:
    """A data sample in the form that the metrics and the dump of predictions need.

    The named class has score 0 and all others -1. These give an order but are not
    probabilities, because a word has none. So there is no calibration error [choice]. A
    reply that cannot be parsed is treated like a clip that cannot be read, with its
    reason.

    Args:
        clip: Name of the clip.
        label: Its true class.
        reading: The parsed reply.
        num_classes: Number of classes K.
    """
    sample = dict(clip=clip, gt_label=label)
    if reading.label is None:
        return dict(sample, damaged=reading.words)
    scores = torch.full((num_classes,), -1.0)
    scores[reading.label] = 0.0
    return dict(sample, pred_score=scores)


def score_replies(
    truth: Mapping[str, int], readings: Mapping[str, Reading], classes: Sequence[str]
) -> dict:
    """The metrics of all clips of an annotation file.

    Args:
        truth: True class of each clip of the file.
        readings: The parsed replies; a clip that is not here was not answered.
        classes: The K class names.

    Returns:
        The ``last_result`` of :class:`DFERMetric`, with `problems` (the number of clips
        with each of ``PROBLEMS``), `unparsed` (their sum without the unanswered clips)
        and `unanswered`.

    Raises:
        ValueError: There is no clip, or there is a reply for a clip that the file does
            not have.
    """
    unknown = sorted(set(readings) - set(truth))
    if unknown:
        raise ValueError(
            f'{len(unknown)} replies are about clips that the annotation file does not '
            f'have, e.g. {unknown[0]!r}'
        )
    nothing = Reading(None, 'unanswered')
    read = {clip: readings.get(clip, nothing) for clip in truth}
    metric = DFERMetric()
    metric.dataset_meta = dict(classes=tuple(classes))
    metric.process(
        None,
        [reply_sample(clip, truth[clip], read[clip], len(classes)) for clip in truth],
    )
    metric.evaluate(len(truth))
    problems = count_problems(read.values())
    return dict(
        metric.last_result,
        problems=problems,
        unparsed=sum(problems.values()) - problems['unanswered'],
        unanswered=problems['unanswered'],
    )


def count_problems(readings: Sequence[Reading]) -> dict[str, int]:
    """The number of replies with each problem, also if it is zero."""
    found = Counter(each.problem for each in readings)
    return {problem: found[problem] for problem in PROBLEMS}
