"""Samplers that draw rare classes more often."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sized

import torch
from mmengine.dist import get_dist_info, sync_random_seed
from torch.utils.data import Sampler

from ..registry import DATA_SAMPLERS


@DATA_SAMPLERS.register_module()
class ClassBalancedSampler(Sampler):
    """A sampler that balances the classes of an epoch [choice].

    An epoch has as many clips as the data set. A class of n_c clips is drawn in
    proportion to ``n_c ** (1 - power)``. Its clips are drawn in random order, and after
    the last one again in another order, so that within an epoch their numbers of draws
    differ by at most one. Draws depend on the seed and the epoch alone, and are divided
    among the processes.

    Balancing raises the recall of rare classes, and so UAR, but lowers that of frequent
    classes, and so WAR.

    Args:
        dataset: A data set whose ``get_cat_ids(i)`` gives the class of clip i, as all
            in this package do.
        power: 1 draws equally many clips of each class, 0 keeps the frequencies of the
            classes, and 0.5 draws by the square root of the frequencies.
        seed: Seed of the draws, the same in all processes; None draws one.
        shuffle: Whether the clips come in random order; otherwise they come by class.

    Raises:
        ValueError: `power` is out of range, or a clip has several labels.
    """

    def __init__(
        self,
        dataset: Sized,
        power: float = 1.0,
        seed: int | None = None,
        shuffle: bool = True,
    ) -> None:
        if not 0 <= power <= 1:
            raise ValueError(f'power must be between 0 and 1, not {power}.')
        self.power = power
        self.shuffle = shuffle
        self.seed = sync_random_seed() if seed is None else seed
        self.epoch = 0
        self.rank, self.world_size = get_dist_info()
        self.total = len(dataset)
        clips: dict[int, list[int]] = defaultdict(list)
        for i in range(self.total):
            labels = dataset.get_cat_ids(i)
            if len(labels) != 1:
                raise ValueError(
                    f'clip {i} of the data set has {len(labels)} labels, but '
                    'ClassBalancedSampler needs one label for each clip; use another '
                    'sampler.'
                )
            clips[labels[0]].append(i)
        self.clips = [torch.tensor(clips[label]) for label in sorted(clips)]

    def __iter__(self) -> Iterator[int]:
        """The clips of this process for the epoch."""
        generator = torch.Generator().manual_seed(self.seed + self.epoch)
        drawn = torch.cat(
            [
                _cycle(clips, count, generator)
                for clips, count in zip(self.clips, self.counts(), strict=True)
            ]
        )
        if self.shuffle:
            drawn = drawn[torch.randperm(len(drawn), generator=generator)]
        # Every process gets the same number of clips: the first ones are drawn once
        # more.
        missing = len(self) * self.world_size - len(drawn)
        drawn = torch.cat([drawn, drawn[:missing]])
        yield from drawn[self.rank :: self.world_size].tolist()

    def __len__(self) -> int:
        return math.ceil(self.total / self.world_size)

    def set_epoch(self, epoch: int) -> None:
        """Sets the epoch of the next draws."""
        self.epoch = epoch

    def counts(self) -> list[int]:
        """Number of draws of each class in an epoch."""
        weights = [len(clips) ** (1 - self.power) for clips in self.clips]
        exact = [self.total * weight / sum(weights) for weight in weights]
        counts = [int(value) for value in exact]
        by_rest = sorted(range(len(exact)), key=lambda c: counts[c] - exact[c])
        for c in by_rest[: self.total - sum(counts)]:
            counts[c] += 1
        return counts


def _cycle(clips: torch.Tensor, count: int, generator: torch.Generator) -> torch.Tensor:
    rounds = math.ceil(count / len(clips))
    orders = [torch.randperm(len(clips), generator=generator) for _ in range(rounds)]
    return clips[torch.cat(orders)[:count]] if rounds else clips[:0]
