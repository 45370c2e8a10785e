"""Samplers that show rare classes more often."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sized

import torch
from mmengine.dist import get_dist_info, sync_random_seed
from torch.utils.data import Sampler

from ..registry import DATA_SAMPLERS


@DATA_SAMPLERS.register_module()
class ClassBalancedSampler(Sampler):
    """An epoch of as many clips as the data set has, with the classes evened out.

    A class of n_c clips is drawn in proportion to ``n_c ** (1 - power)``. Its clips
    are taken in a random order, and again in another when all have been, so that
    within an epoch they are drawn equally often but for one. Draws depend on the seed
    and the epoch alone, and are dealt out over the processes.

    Evening out raises the recall of rare classes, and with it UAR, at the cost of the
    frequent ones, and with them WAR.

    Args:
        dataset: A data set whose ``get_cat_ids(i)`` says the class of clip i, as all
            of this package do.
        power: 1 for equally many clips of each class, 0 for the classes as they are,
            0.5 for the square root between them.
        seed: Seed of the draws, the same in all processes; drawn if None.
        shuffle: Whether the clips come in random order, else by class.

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
                    f'clip {i} of the data set has {len(labels)} labels; '
                    'ClassBalancedSampler balances clips of one label each.'
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
        # Every process gets as many clips: the first ones are drawn once more.
        missing = len(self) * self.world_size - len(drawn)
        drawn = torch.cat([drawn, drawn[:missing]])
        yield from drawn[self.rank :: self.world_size].tolist()

    def __len__(self) -> int:
        return math.ceil(self.total / self.world_size)

    def set_epoch(self, epoch: int) -> None:
        """Makes the next draws those of an epoch."""
        self.epoch = epoch

    def counts(self) -> list[int]:
        """How many clips of each class an epoch draws; they sum to the data set."""
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
