"""Texts of verdicts and notes, as in every output."""

from collections.abc import Mapping, Sequence
from typing import Any

COSINES_SAID = 'Scores are differences of cosines, not probabilities: uncalibrated.'
CAUTION = 'shows an expression, not what the person feels'
SOURCES = {
    'values': 'The movements come from the file of values that was given.',
    'tower': "The movements are read by the model's text tower, and may be wrong.",
    None: 'Which movements these frames show is not known: give a file of values.',
}
AT_REST = 'no clear movement'
# A temperature is fitted to whole clips, so it is not valid for shorter parts.
INTERVALS_SAID = 'Scores of intervals are uncalibrated.'


def verdict(track: Mapping[str, Any]) -> str:
    """Label and score of a track; a track may have ended before it was judged."""
    if track['label'] is None:
        return 'not judged'
    return f'{track["label"]} {track["score"]:.2f}'


def headline(track: Mapping[str, Any]) -> str:
    """The expressions of a track's intervals; without intervals its label."""
    shown = list(dict.fromkeys(i['emotion'] for i in track['intervals']))
    return ', '.join(shown) or track['label'] or 'not judged'


def movement_words(moment: Mapping[str, Any], most: int | None = None) -> str:
    """The movements at a moment of a rationale, in words; empty if unknown.

    Args:
        moment: A moment of a track's ``rationale``.
        most: Largest number of movements.
    """
    if moment['movements'] is None:
        return ''
    return ', '.join(m['text'] for m in moment['movements'][:most]) or AT_REST


def rationale_source(track: Mapping[str, Any]) -> str:
    """A sentence about the source of the movements of a rationale.

    It is empty without a rationale, as in results of earlier versions.
    """
    rationale = track.get('rationale')
    return SOURCES[rationale['source']] if rationale else ''


def model_note(model: Mapping[str, Any]) -> str:
    """Sentences that go with every output of a model.

    Args:
        model: The ``model`` of a result. If it has no note, the sentence has its name.
    """
    note = model['note']
    if not note:
        return f'Model: {model["name"]}.'
    # Results of version 0.1 have only the end of a sentence.
    return note if note[:1].isupper() else f'The model {model["name"]} {note}.'


def is_sure(result: Mapping[str, Any]) -> bool:
    """Whether verdicts may be emphasised.

    It is false for a model of drawn faces, and for a model that was not trained for its
    classes.
    """
    model = result['model']
    return model.get('domain') != 'drawn' and not model.get('zero_shot')


def calibration_words(model: Mapping[str, Any]) -> str:
    """A sentence about the calibration of scores.

    Args:
        model: The ``model`` of a result. Results of earlier versions do not state the
            calibration.
    """
    known = model.get('calibration')
    if known is None:
        return 'Scores are uncalibrated: 0.80 does not mean right in 80 of 100 cases.'
    return (
        f'Scores of whole faces and windows are calibrated ({_basis(known)}); those of '
        'single frames and intervals are uncalibrated.'
    )


def calibration_in_short(model: Mapping[str, Any]) -> str:
    """The same as a short phrase for the margin of a picture."""
    known = model.get('calibration')
    if known is None:
        return 'scores uncalibrated'
    return f'scores of faces and windows calibrated, T = {known["temperature"]:.2f}'


def _basis(known: Mapping[str, Any]) -> str:
    people, clips = known['people'], f'{known["clips"]} clips'
    on = clips if people is None else f'{people} people, {clips},'
    return f'T = {known["temperature"]:.2f}, on {on} of {known["dataset"]}'


def class_of(name: str, classes: Sequence[str]) -> int:
    """Returns the index of a class name.

    Raises:
        ValueError: If the model has no such class.
    """
    if name not in classes:
        raise ValueError(f'emotion {name!r} is not among the classes {list(classes)}')
    return list(classes).index(name)
