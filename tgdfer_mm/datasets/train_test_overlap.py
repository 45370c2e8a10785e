"""Clips that are in both training and evaluation."""

from torch.utils.data import Dataset


def describe_overlap(train: Dataset, other: Dataset) -> str | None:
    """Finds the clips that two data sets share.

    Args:
        train: The data set for training.
        other: The data set for evaluation.

    Returns:
        A sentence with the lines of the first such clip in both lists; None if no clip
        is in both, or a data set does not name its clips.
    """
    ours, theirs = _lines(train), _lines(other)
    shared = [clip for clip in theirs if clip in ours]
    if not shared:
        return None
    clip = shared[0]
    return (
        f'{len(shared)} of the {len(theirs)} evaluated clips are also trained on; the '
        f'first is clip {clip}, {_place(train, ours[clip])} and '
        f'{_place(other, theirs[clip])}.'
    )


def _lines(dataset: Dataset) -> dict[str, int | None]:
    if not hasattr(dataset, 'get_data_info'):
        return {}
    infos = (dataset.get_data_info(i) for i in range(len(dataset)))
    return {info['clip']: info.get('line') for info in infos if 'clip' in info}


def _place(dataset: Dataset, line: int | None) -> str:
    path = getattr(dataset, 'split_file', 'its list')
    return f'{path}, line {line}' if line else f'{path}'
