"""Rewards of replies, in the form that TRL's GRPOTrainer takes.

A reward is a function ``reward(completions, **columns) -> list[float]``. The columns
are those of the data set, with one entry for each completion; a reward ignores those
that it does not need. Written from the definitions of arXiv 2510.23506.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from tgdfer_mm.evaluation.judges import Judge, build_judge
from tgdfer_mm.evaluation.rationale_scores import sentence_share, split_sentences
from tgdfer_mm.labels.expression_names import same_expression
from tgdfer_mm.labels.replies import ReplyReader

from .replies import Completion, read_thought

Reward = Callable[..., list[float]]


def format_reward(completions: Sequence[Completion], **columns) -> list[float]:
    """1 for a reply of the form ``<think>…</think> <answer>…</answer>``, else 0."""
    return [float(read_thought(each) is not None) for each in completions]


def accuracy_reward(
    classes: Sequence[str],
    synonyms: Mapping[str, Iterable[str]] | None = None,
    column: str = 'label',
) -> Reward:
    """The reward for the right answer: 1 if it names the true class, else 0.

    The answer has to be one class name or a synonym of it, and nothing else.

    Args:
        classes: Names of the K classes.
        synonyms: See :class:`~tgdfer_mm.labels.replies.ReplyReader`.
        column: Of the data set, with the names of the true classes.
    """
    reader = ReplyReader(classes, synonyms)

    def accuracy(completions: Sequence[Completion], **columns) -> list[float]:
        truth = _truth(completions, columns, column, classes)
        found = map(read_thought, completions)
        answers = [None if each is None else each.answer for each in found]
        return [
            float(reader.read(answer).label == label)
            for answer, label in zip(answers, truth, strict=True)
        ]

    return accuracy


def consistency_reward(
    classes: Sequence[str], judge: str | dict | Judge = 'rule', column: str = 'label'
) -> Reward:
    """The reward for a rationale that describes the true class.

    It is the share of the rationale's sentences that describe the true class, as a
    judge finds. Neutral sentences count only if the class is neutral. A reply that does
    not have the form gets 0.

    Args:
        classes: Names of the K classes.
        judge: See :func:`~tgdfer_mm.evaluation.judges.build_judge`.
        column: Of the data set, with the names of the true classes.
    """
    judge, names = build_judge(judge), [same_expression(name) for name in classes]
    neutral = names.index('neutral') if 'neutral' in names else None

    def consistency(completions: Sequence[Completion], **columns) -> list[float]:
        truth = _truth(completions, columns, column, classes)
        thoughts = map(read_thought, completions)
        sentences = [split_sentences(t.rationale) if t else [] for t in thoughts]
        different = list(dict.fromkeys(s for each in sentences for s in each))
        judged = dict(zip(different, judge.judge(different, classes), strict=True))
        return [
            sentence_share([judged[s] for s in each], label, neutral)
            for each, label in zip(sentences, truth, strict=True)
        ]

    return consistency


def _truth(
    completions: Sequence[Completion],
    columns: Mapping[str, Sequence[str]],
    column: str,
    classes: Sequence[str],
) -> list[int]:
    """Indices of the true classes.

    Raises:
        ValueError: The data set has no such column, or a name in the column is not a
            class.
    """
    if column not in columns:
        raise ValueError(
            f'the data set has no column {column!r} with the true classes, only '
            f'{", ".join(columns) or "none"}'
        )
    names = [same_expression(name) for name in classes]
    found = []
    for label in columns[column]:
        plain = same_expression(str(label))
        if plain not in names:
            raise ValueError(f'column {column!r}: {label!r} is none of {list(classes)}')
        found.append(names.index(plain))
    if len(found) != len(completions):
        raise ValueError(
            f'{len(completions)} completions, but {len(found)} entries of {column!r}'
        )
    return found
