"""The sentences of the pre-training: as a captioner of pictures would begin them."""

from collections.abc import Iterator, Mapping

import numpy as np

from tgdfer_mm.synth.sentences import describe, vocabulary


def say_as_caption(aus: Mapping[str, float], rng: np.random.Generator) -> str:
    """Says what a face shows, often after "a photo of ..." or the like.

    Args:
        aus: Activation 0..1 of each action unit; missing ones are 0.
        rng: Chooses the words.
    """
    text = describe(aus, rng)
    if rng.random() < 0.6:
        # The first prefix is the one that classifiers use, so it gets half.
        options = vocabulary()['prefixes']
        choice = 0 if rng.random() < 0.5 else int(rng.integers(len(options)))
        text = f'{options[choice]} {text}'
    return text


def every_phrase() -> Iterator[str]:
    """All there is to say: phrases, adverbs, prefixes and kept words."""
    words = vocabulary()
    yield from words['prefixes']
    for adverbs in words['adverbs'].values():
        yield from adverbs
    for movements in words['regions'].values():
        for movement in movements:
            for phrase in movement['phrases']:
                yield phrase.format('')
    yield 'and'
    yield ','
    yield from words['kept_words']
