"""Maps the classes of one data set to those of another."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import torch
from torch import Tensor

from ..files import parse_json
from .classes import load_classes
from .expression_names import same_expression

_KNOWN = json.loads(
    Path(__file__).with_name('label_maps.json').read_text(encoding='utf-8')
)


@dataclass(frozen=True)
class LabelMap:
    """A map from the classes of a model to those of the data of its test.

    Attributes:
        name: Two label sets, e.g. ``'dfew_to_mafw'``, or the path of a file.
        source: Label set of the model.
        target: Label set of the data.
        classes: Class of the source -> class of the target. Several classes may lead to
            one.
        dropped: The classes of ``'source'`` whose scores are dropped, and those of
            ``'target'`` to which no class leads.
        warning: A caution about the results, if there is one.
    """

    name: str
    source: str
    target: str
    classes: dict[str, str]
    dropped: dict[str, list[str]]
    warning: str | None = None

    @property
    def reached(self) -> set[str]:
        """The classes of the target that can be predicted."""
        return set(self.classes.values())

    @property
    def without_counterpart(self) -> str:
        """The classes of each side without a counterpart, in words."""
        said = [
            f'{", ".join(names)} of {getattr(self, side)!r}'
            for side, names in self.dropped.items()
            if names
        ]
        return f'without a counterpart: {"; ".join(said) or "no class"}'

    def map_scores(
        self, scores: Tensor, source: Sequence[str], target: Sequence[str]
    ) -> Tensor:
        """Turns probabilities of the source's classes into those of the target's.

        The probabilities of all classes that lead to one class are added. Those of
        dropped classes are left out, and the rest is scaled to sum to one again, as if
        the model did not have these classes [choice].

        Args:
            scores: Probabilities (..., K of the source).
            source: The source's classes, in the order of the scores.
            target: The target's classes, in the order of the result.

        Returns:
            Probabilities (..., K of the target); 0 for a class to which none leads.

        Raises:
            ValueError: The scores are not probabilities.
        """
        if (scores < 0).any():
            raise ValueError(
                f'label map {self.name!r} adds probabilities, but some scores are '
                "negative; set `average_clips='prob'` in the model's `cls_head`."
            )
        matrix = self._matrix(source, target).to(scores)
        mapped = scores @ matrix
        total = mapped.sum(-1, keepdim=True)
        # All probability was on dropped classes, and none is left for the others.
        nothing = (matrix.sum(0) > 0).to(mapped) / len(self.reached)
        return torch.where(total > 0, mapped / total.clamp(min=1e-30), nothing)

    def map_relevance(
        self, relevance: Tensor, source: Sequence[str], target: Sequence[str]
    ) -> Tensor:
        """Turns relevance for the source's classes into that for the target's.

        Args:
            relevance: (M, K of the source); each class's sums to one.
            source: The source's classes, in the order of the columns.
            target: The target's classes, in the order of the result.

        Returns:
            (M, K of the target), the average of the classes that lead to one; 0 if none
            does.
        """
        matrix = self._matrix(source, target).to(relevance)
        return relevance @ matrix / matrix.sum(0).clamp(min=1)

    def _matrix(self, source: Sequence[str], target: Sequence[str]) -> Tensor:
        matrix = torch.zeros(len(source), len(target))
        for ours, theirs in self.classes.items():
            matrix[source.index(ours), target.index(theirs)] = 1
        return matrix


def load_label_map(name: str) -> LabelMap:
    """Reads a label map: of two known label sets, or from a user's file.

    Args:
        name: Two label sets of ``label_maps.json``, e.g. ``'dfew_to_mafw'``, whose
            classes are matched by name; or the path of a JSON file with ``source``,
            ``target``, ``classes`` and ``dropped``, as a :class:`LabelMap` has them.

    Raises:
        ValueError: There is no such map, it is malformed, or it leaves out a class of a
            label set; the message names the file and the classes.
    """
    if name in label_map_names():
        return match_by_name(*name.split('_to_'))
    path = Path(name)
    if not path.is_file():
        raise ValueError(f'Unknown label map {name!r}; there are {label_map_names()}.')
    try:
        data = parse_json(path.read_text(encoding='utf-8'))
        found = LabelMap(
            name,
            *(data[key] for key in ('source', 'target', 'classes')),
            {side: data['dropped'][side] for side in ('source', 'target')},
            data.get('warning'),
        )
    except (ValueError, KeyError, TypeError) as err:
        raise ValueError(
            f'{path} is no label map ({type(err).__name__}: {err}); docs/data.md shows '
            'one.'
        ) from err
    for side, mapped in (('source', set(found.classes)), ('target', found.reached)):
        dropped = set(found.dropped[side])
        there = set(load_classes(getattr(found, side), near=path))
        both, neither = mapped & dropped, there ^ (mapped | dropped)
        if both or neither:
            raise ValueError(
                f'{path}: each class of the {side} {getattr(found, side)!r} has to be '
                'either mapped or dropped; this is not so for '
                f'{sorted(both | neither)}.'
            )
    return found


def match_by_name(source: str, target: str) -> LabelMap:
    """Matches the classes of two label sets that name the same expression.

    Args:
        source: Label set of the model.
        target: Label set of the data.
    """
    name = f'{source}_to_{target}'
    theirs = {same_expression(each): each for each in load_classes(target)}
    ours = load_classes(source)
    matched = {
        each: theirs[same_expression(each)]
        for each in ours
        if same_expression(each) in theirs
    }
    dropped = dict(
        source=[each for each in ours if each not in matched],
        target=[each for each in theirs.values() if each not in matched.values()],
    )
    warning = _KNOWN['warnings'].get(name)
    return LabelMap(name, source, target, matched, dropped, warning)


def label_map_names() -> list[str]:
    """The names of all label maps that need no file."""
    pairs = permutations(_KNOWN['label_sets'], 2)
    return sorted(f'{source}_to_{target}' for source, target in pairs)
