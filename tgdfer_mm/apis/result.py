"""The result of one video: plain data in one documented form."""

import json
from functools import cache
from pathlib import Path

from ..catalogue import REAL_FACES
from ..movements.values import UnitValues
from ..version import __version__
from ..video.analysis import Analysis
from ..video.faces import FaceDetector
from ..video.frames import SourceInfo
from ..video.settings import VideoSettings
from ..visualization.video.words import model_note
from .measured_movements import MeasuredMovements
from .own_words import rest_said
from .rationale import add_rationale

SCHEMA = 'tgdfer_mm.result/1'
_FILE = Path(__file__).with_name('result.schema.json')


@cache
def result_schema() -> dict:
    """The JSON schema of a result."""
    return json.loads(_FILE.read_text(encoding='utf-8'))


def make_result(
    analysis: Analysis,
    source: SourceInfo,
    model: dict,
    detector: FaceDetector,
    settings: VideoSettings,
    measured: MeasuredMovements | None = None,
) -> dict:
    """Puts a result together.

    Args:
        analysis: The analysis, after its run.
        source: Facts about the source that it read.
        model: Facts about the model.
        detector: Facts about the face detector.
        settings: The settings in use.
        measured: Movements that another program has measured.

    Returns:
        Plain data that fits :func:`result_schema`.
    """
    warnings = list(analysis.warnings)
    if model['note']:  # an old ONNX file has only the end of a sentence
        model = dict(model, note=model_note(model))
    if model.get('domain') == 'drawn':
        warnings.insert(0, REAL_FACES)
    if model['note']:
        warnings.insert(0, model['note'])
    if 'texts' in model:
        warnings.append(rest_said(settings, model['classes']))
    tracks = analysis.tracks()
    values: list[UnitValues | None] = [None] * len(tracks)
    if measured is not None:
        whole = analysis.complete and settings.max_seconds is None
        frames = source.frames if whole else None
        values, said = measured.of_tracks(source.path, tracks, frames)
        warnings += said
    for track, own in zip(tracks, values, strict=True):
        add_rationale(track, own)
    return dict(
        schema=SCHEMA,
        version=__version__,
        complete=analysis.complete,
        warnings=[encodable(warning) for warning in warnings],
        source=source.asdict() | dict(path=encodable(source.path)),
        model=dict(model),
        detector=detector.describe(),
        settings=settings.asdict(),
        tracks=tracks,
    )


def encodable(text: str) -> str:
    """Text that can be written to a file: the name of a video can have other bytes."""
    return text.encode('utf-8', 'backslashreplace').decode('utf-8')
