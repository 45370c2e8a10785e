"""Replies of language models, judged by the metric that judges every other model.

The denominators are those of the annotation file: a clip without a reply, or with one
that cannot be read, stays in the list and is wrong.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import torch

from ..labels.replies import PROBLEMS, Reading
from .dfer_metric import DFERMetric


def reply_sample(clip: str, label: int, reading: Reading, num_classes: int) -> dict:
    """A data sample, as the metrics and the dump of predictions want it.

    The named class has score 0 and all others -1: an order, and no probabilities,
    because a word states none. So there is no calibration error [choice]. An unparsed
    reply goes the way of a clip that cannot be read, with its reason.

    Args:
        clip: Its name.
        label: Its true class.
        reading: What the reply says.
        num_classes: K.
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
    """The numbers of all clips of an annotation file.

    Args:
        truth: True class of each clip of the file.
        readings: What the replies say; a clip that is not here was not answered.
        classes: The K class names.

    Returns:
        What :class:`DFERMetric` has as ``last_result``, with `problems` (how many
        clips have each of ``PROBLEMS``), `unparsed` (their sum but the unanswered) and
        `unanswered`.

    Raises:
        ValueError: There is no clip, or a reply to one that the file does not have.
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
    """How many readings have each problem, zeros included."""
    found = Counter(each.problem for each in readings)
    return {problem: found[problem] for problem in PROBLEMS}
