"""The labels of a batch: class indices, soft labels or multi-hot labels."""

import torch
import torch.nn.functional as F
from torch import Tensor


def read_labels(data_samples: list, like: Tensor) -> Tensor:
    """The labels of a batch as a tensor on the device of the logits.

    The soft label of a sample takes precedence over its label. If only some samples of
    a batch have one, the labels of the others become one-hot.

    Args:
        data_samples: Data samples with ``gt_label``, or ``soft_label`` (K,).
        like: The logits, (N, K).

    Returns:
        (N,) class indices, or (N, K) soft or multi-hot labels.
    """
    hard = torch.stack([sample.gt_label for sample in data_samples]).to(like.device)
    hard = hard.squeeze(-1) if hard.shape[-1] == 1 else hard
    soft = [sample.get('soft_label') for sample in data_samples]
    if all(each is None for each in soft):
        return hard
    sure = F.one_hot(hard, like.shape[-1]).to(like)
    return torch.stack(
        [
            one if each is None else each.to(one)
            for one, each in zip(sure, soft, strict=True)
        ]
    )


def top1_accuracy(score: Tensor, label: Tensor) -> Tensor:
    """The share of rows (N, K) whose highest score is that of the label's class."""
    truth = label if label.dim() == 1 else label.argmax(-1)
    return (score.argmax(-1) == truth).float().mean()
