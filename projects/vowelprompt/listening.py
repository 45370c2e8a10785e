"""Measures six values of the stretches of a clip's sound, and puts them into words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tgdfer_mm.sound.by_person import scale_by_person
from tgdfer_mm.sound.pitch import track_pitch
from tgdfer_mm.sound.reading import Sound, read_sound
from tgdfer_mm.sound.stretches import (
    VALUES,
    Stretch,
    as_table,
    marked_stretches,
    voiced_stretches,
)
from tgdfer_mm.sound.text_grid import read_text_grid, vowels
from tgdfer_mm.sound.voice_words import describe_voice, summary
from tgdfer_mm.video.errors import InputError

Speak = Callable[[str], None]


@dataclass(frozen=True)
class Heard:
    """The voice of a clip.

    Attributes:
        clip: Name.
        person: Name of the speaker; None if not known.
        stretches: Voiced stretches, or the marked vowels.
        scaled: (S, 6), their values scaled by person.
    """

    clip: str
    person: str | None
    stretches: tuple[Stretch, ...]
    scaled: np.ndarray

    @property
    def words(self) -> str:
        """The voice in one sentence."""
        return describe_voice(self.stretches, self.scaled)

    @property
    def numbers(self) -> np.ndarray:
        """The values behind the sentence, (12,): those of the clip, then those of a
        stretch.
        """
        if not self.stretches:
            return np.zeros(2 * len(VALUES))
        whole, part, _ = summary(self.stretches, self.scaled)
        return np.concatenate([whole, part])


def listen(
    rows: Iterable[dict],
    grids: Path | None = None,
    tier: str = 'phones',
    report: Speak = print,
) -> list[Heard]:
    """Listens to clips.

    Args:
        rows: Row of a data set for each clip: ``clip``; ``sound``, or ``filename`` of a
            video; ``person``, if it is known. An unknown speaker counts as a person
            with this one clip.
        grids: Folder with ``<clip>.TextGrid``. If given, the vowels of the clips that
            have such a file are measured, and other clips are left out.
        tier: Name of the tier with the vowels.
        report: Called with a sentence for each clip that is left out.

    Returns:
        The clips whose sound can be read, in their order.
    """
    found = []
    for row in rows:
        clip = row['clip']
        try:
            sound = row['sound'] if 'sound' in row else read_sound(row['filename'])
            if sound is None:
                report(f'{clip}: has no sound; left out')
                continue
            stretches = _stretches(sound, clip, grids, tier)
        except InputError as error:
            report(f'{clip}: {error}; left out')
            continue
        found.append(Heard(clip, row.get('person'), tuple(stretches), np.zeros(0)))
    tables = [as_table(each.stretches) for each in found]
    people = [(each.clip,) if each.person is None else each.person for each in found]
    scaled = scale_by_person(tables, people)
    return [replace(h, scaled=s) for h, s in zip(found, scaled, strict=True)]


def _stretches(sound: Sound, clip: str, grids: Path | None, tier: str) -> list[Stretch]:
    marks = None
    if grids is not None:
        path = grids / f'{clip}.TextGrid'
        tiers = read_text_grid(path)
        if tier not in tiers:
            raise InputError(
                f'{path}: has no tier {tier!r} of intervals, only {[*tiers]}'
            )
        marks = vowels(tiers[tier])
    track = track_pitch(sound.samples, sound.rate)
    return voiced_stretches(track) if marks is None else marked_stretches(track, marks)
