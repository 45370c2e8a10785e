"""Cleans the caption of a drawn clip, as a language model might clean a real one.

    echo '{"clip": "1", "caption": "jaw slightly lowered, relaxed brows"}' \
        | python lab/grace/refiner.py

It reads the input that projects/grace/refine.py gives to a refiner. Parts of the face
at rest are left out. Each movement is written in only one way, without adverbs. It
needs only Python itself, since it is started once for each clip.
"""

import json
import sys
from pathlib import Path

_WORDS = Path(__file__).parents[2] / 'tgdfer_mm/synth/sentences.json'


def clean(caption: str) -> str:
    """The cleaned text; the caption itself if nothing in it moves."""
    words = json.loads(_WORDS.read_text(encoding='utf-8'))
    adverbs = {each for level in words['adverbs'].values() for each in level}
    known = {}  # phrase, with any adverb -> the one way to write it
    for movements in words['regions'].values():
        for movement in movements:
            first = movement['phrases'][0].replace('{}', '')
            for phrase in movement['phrases']:
                for adverb in ('', *(f'{each} ' for each in adverbs)):
                    said = phrase.replace('{}', adverb)
                    known[said] = first if movement['needs'] else ''
    rest, found = caption.replace(' and ', ', '), []
    known = {said.replace(' and ', ', '): first for said, first in known.items()}
    while rest:
        fits = [said for said in known if f'{rest}, '.startswith(f'{said}, ')]
        longest = max(fits, key=len, default=rest.split(', ')[0])
        first = known.get(longest, longest)
        if first and first not in found:
            found.append(first)
        rest = rest[len(longest) :].removeprefix(', ')
    return ', '.join(found) or caption


if __name__ == '__main__':
    print(clean(json.load(sys.stdin)['caption']))
