"""Sentences for values of units: for a clip, for some frames, or for one moment."""

from collections.abc import Iterable, Mapping

import numpy as np

from .episodes import Episode, find_episodes
from .lexicon import Lexicon, load_lexicon
from .values import UnitValues

MOST = 5  # default number of movements in a text


def tell_moment(
    units: Mapping[str, float], most: int = MOST, lexicon: Lexicon | None = None
) -> str:
    """Phrases for a face at one moment, the strongest unit first.

    Args:
        units: Values from 0 to 1 of the units that were measured; NaN counts as not
            measured.
        most: Largest number of phrases.
        lexicon: The lexicon, by default the shipped one.

    Returns:
        Phrases joined by commas, or the lexicon's words for a face at rest or for a
        face that was not measured.
    """
    lexicon = lexicon or load_lexicon()
    known = {unit: value for unit, value in units.items() if value == value}
    if not known:
        return lexicon.unseen
    shown = [unit for unit, value in known.items() if lexicon.level(value)]
    shown = sorted(shown, key=lambda unit: -known[unit])[:most]
    phrases = [lexicon.phrase(unit, known[unit]) for unit in shown]
    return ', '.join(phrases) or lexicon.rest


def tell_frames(
    values: UnitValues,
    frames: Iterable[int],
    most: int = MOST,
    lexicon: Lexicon | None = None,
) -> str:
    """Phrases for a set of frames, such as the most relevant ones.

    For each unit the highest value in these frames counts [choice].

    Args:
        values: Values of the clip.
        frames: Numbers of frames, from 0. Frames that were not measured are left out.
        most: Largest number of phrases.
        lexicon: The lexicon, by default the shipped one.
    """
    highest: dict[str, float] = {}
    for frame in frames:
        for unit, value in values.of_frame(int(frame)).items():
            highest[unit] = max(value, highest.get(unit, value))
    return tell_moment(highest, most, lexicon)


def tell_clip(
    values: UnitValues,
    most: int = MOST,
    times: bool = True,
    lexicon: Lexicon | None = None,
) -> list[str]:
    """Sentences for a clip, one for each movement, the most salient first.

    Args:
        values: Values of the clip. If the times of the frames are known, the sentences
            have seconds, otherwise frames, counted from 0.
        most: Largest number of movements; each unit appears once, with its most salient
            episode.
        times: Whether the sentences have onset, apex and offset.
        lexicon: The lexicon, by default the shipped one.

    Returns:
        Sentences such as ``Lip corners strongly pulled up: from frame 3, strongest at
        frame 7, until frame 12.`` One sentence if the face is at rest, or if there is
        none.
    """
    lexicon = lexicon or load_lexicon()
    if not values.seen.any():
        return [_sentence(lexicon.unseen)]
    episodes = find_episodes(values, lexicon, one_each=True)[:most]
    if not episodes:
        return [_sentence(lexicon.rest)]
    told = []
    for episode in episodes:
        text = lexicon.phrase(episode.unit, episode.strength)
        if times:
            text += f': {_moments(episode, values, lexicon)}'
        told.append(_sentence(text))
    return told


def caption_of(
    values: UnitValues, most: int = MOST, lexicon: Lexicon | None = None
) -> str:
    """A clip in one line without times, for a text tower: phrases joined by commas."""
    lexicon = lexicon or load_lexicon()
    if not values.seen.any():
        return lexicon.unseen
    episodes = find_episodes(values, lexicon, one_each=True)[:most]
    phrases = [lexicon.phrase(each.unit, each.strength) for each in episodes]
    return ', '.join(phrases) or lexicon.rest


def _moments(episode: Episode, values: UnitValues, lexicon: Lexicon) -> str:
    words, parts = lexicon.times, []
    for key in ('onset', 'apex', 'offset'):
        frame = getattr(episode, key)
        if key == 'onset' and frame == 0:
            moment = words['first']
        elif key == 'offset' and frame == len(values) - 1:
            moment = words['last']
        elif values.seconds is not None and np.isfinite(values.seconds[frame]):
            moment = words['second'].format(values.seconds[frame])
        else:
            moment = words['frame'].format(frame)
        parts.append(words[key].format(moment))
    return ', '.join(parts)


def _sentence(text: str) -> str:
    return f'{text[:1].upper()}{text[1:]}.'
