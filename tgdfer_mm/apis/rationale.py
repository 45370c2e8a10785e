"""The rationale of a face's label: the most relevant frames, and what moves in them."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..models.text.movement_texts import TowerMovements, share
from ..movements.lexicon import load_lexicon
from ..movements.values import UnitValues
from ..visualization.video.series import pick_frames

MOMENTS = 6  # number of most relevant frames to name [choice]
APART = 0.3  # least time between two of them, seconds [choice]
MOVEMENTS = 4  # movements that are named for a moment [choice]

VALUES, TOWER = 'values', 'tower'  # origin of the words


def add_rationale(track: dict[str, Any], values: UnitValues | None = None) -> None:
    """Adds the ``rationale`` to a track of a result; removes its ``movements``
    and ``labels``.

    It is None if the model does not tell which frames count. Movements are those of the
    file of values if there is one, else those that the model's text tower reads, else
    unknown. The label of a moment is that of the surest window that used its frame
    [choice].

    Args:
        track: A track of :meth:`tgdfer_mm.video.analysis.Analysis.tracks`.
        values: Values of the face, by the frames of the video.
    """
    read = track.pop('movements', None) or {}
    labels = track.pop('labels', None) or [None] * len(track['frames']['time'])
    frames = track['frames']
    relevance = np.array(frames['relevance'], dtype=float)
    picked = pick_frames(relevance, np.array(frames['time']), MOMENTS, APART)
    source = VALUES if values is not None else TOWER if read else None
    moments = []
    for place in picked:
        if values is not None:
            movements = _measured(values.of_frame(frames['index'][place]))
        else:
            movements = _read(read.get(place))
        moments.append(
            dict(
                frame=frames['index'][place],
                time=frames['time'][place],
                relevance=frames['relevance'][place],
                label=labels[place],
                movements=movements,
            )
        )
    track['rationale'] = dict(source=source, moments=moments) if moments else None


def _measured(units: Mapping[str, float]) -> list[dict] | None:
    """The visible units of a frame, the strongest first; None if none was measured."""
    if not units:
        return None
    lexicon = load_lexicon()
    shown = [unit for unit, value in units.items() if lexicon.level(value)]
    shown.sort(key=lambda unit: -units[unit])
    return [
        _movement(lexicon.phrase(unit, units[unit]), [unit], units[unit])
        for unit in shown[:MOVEMENTS]
    ]


def _read(scores: np.ndarray | None) -> list[dict] | None:
    """The movements that a text tower finds in a frame; None if it did not look."""
    if scores is None:
        return None
    return [
        _movement(movement.texts[0], list(movement.units), share(score))
        for movement, score in TowerMovements.told(scores.tolist())[:MOVEMENTS]
    ]


def _movement(text: str, units: list[str], value: float) -> dict:
    return dict(text=text, units=units, value=round(float(value), 3))
