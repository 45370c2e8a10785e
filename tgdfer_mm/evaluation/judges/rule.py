"""A judge without a model: the emotion with the most similar movements."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from mmengine.logging import print_log

from ...files import read_json
from ...labels.expression_names import same_expression
from ...registry import RATIONALE_JUDGES
from ...synth.action_units import emotion_prototypes
from .movement_words import read_units

Prototypes = Mapping[str, Sequence[Mapping[str, float]]]

_FILE = Path(__file__).with_name('emotion_units.json')
_AT_REST = 0.2  # if no unit is above it, the face is at rest [choice]


def facs_prototypes() -> dict[str, list[dict[str, float]]]:
    """The combinations of ``emotion_units.json``, which states their sources."""
    classes = read_json(_FILE, 'classes')['classes']
    return {
        name: [dict.fromkeys(units, 1.0) for units in variants]
        for name, variants in classes.items()
    }


_TABLES = {'facs': facs_prototypes, 'drawn': emotion_prototypes}


@RATIONALE_JUDGES.register_module('rule')
class RuleJudge:
    """Reads the movements that a text names, and gives the most similar emotion.

    This is the prototype with the highest cosine similarity. A text in which nothing
    moves is neutral. There is no judgement if a text has no phrase of the vocabulary,
    or if its movements are in no prototype. The vocabulary is that of
    :func:`~.movement_words.read_units`; for free texts use another judge.

    Args:
        prototypes: ``facs``, the combinations of ``emotion_units.json``; ``drawn``,
            those of the drawn faces; or a dict of classes -> dicts from unit to
            activation.

    Raises:
        ValueError: `prototypes` is none of those.
    """

    name = 'rule'

    def __init__(self, prototypes: str | Prototypes = 'facs') -> None:
        if isinstance(prototypes, str):
            if prototypes not in _TABLES:
                raise ValueError(
                    f'prototypes={prototypes!r} must be in {list(_TABLES)}, or a dict'
                )
            prototypes = _TABLES[prototypes]()
        self._table = {same_expression(k): v for k, v in prototypes.items()}
        self._told: set[tuple[str, ...]] = set()

    def judge(self, texts: Sequence[str], classes: Sequence[str]) -> list[int | None]:
        """The class of each text; the log names classes without a prototype."""
        known = {i: self._table.get(same_expression(c)) for i, c in enumerate(classes)}
        self._tell([c for i, c in enumerate(classes) if known[i] is None])
        return [self._nearest(read_units(text), known) for text in texts]

    def _nearest(
        self, units: Mapping[str, float] | None, known: Mapping[int, Sequence | None]
    ) -> int | None:
        if units is None:
            return None
        rests = max(units.values(), default=0.0) < _AT_REST
        best, highest = None, 0.0
        for label, variants in known.items():
            for variant in variants or ():
                still = max(variant.values(), default=0.0) < _AT_REST
                if rests and still:
                    return label
                if rests or still:
                    continue
                cosine = _cosine(units, variant)
                if cosine > highest:
                    best, highest = label, cosine
        return best

    def _tell(self, without: Sequence[str]) -> None:
        if without and tuple(without) not in self._told:
            self._told.add(tuple(without))
            print_log(
                f'the judge "rule" has no movements for {", ".join(without)}, so it '
                'never gives these classes',
                logger='current',
                level=logging.WARNING,
            )


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    names = sorted({*one, *other})
    a, b = (np.array([units.get(n, 0.0) for n in names]) for units in (one, other))
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))
