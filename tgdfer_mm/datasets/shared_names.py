"""A set of names that loader workers share."""

from collections.abc import Sequence

import torch


class SharedNames:
    """A growing subset of fixed names, the same in a process and its workers.

    Workers are started anew in every epoch and forget what they knew; what one of
    them adds here, the later ones find.

    Args:
        names: All names that can ever be added, each once.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._places = {name: i for i, name in enumerate(names)}
        self._added = torch.zeros(len(names), dtype=torch.uint8).share_memory_()

    def add(self, name: str) -> bool:
        """Adds a name and says whether it is new.

        There is no lock: of two workers that add the same name in the same instant,
        both may be told that it is new.

        Raises:
            KeyError: The name is none of the fixed ones.
        """
        place = self._places[name]
        new = not self._added[place]
        self._added[place] = 1
        return new
