"""Texts of the study, for the classes and for each clip, refined or not."""

import sys
from pathlib import Path

import numpy as np
from torch import Tensor

from tgdfer_mm.datasets.refined_captions import read_refined, refine_captions
from tgdfer_mm.models.text import OpenCLIPWords

from .tower import SHIPPED

REFINER = Path(__file__).with_name('refiner.py')


class RefinerError(RuntimeError):
    """A text was not refined."""


def refine(captions: dict[str, str], path: Path) -> dict[str, str]:
    """Cleans captions with ``refiner.py``, as projects/grace does with any command.

    Args:
        captions: Caption of each clip.
        path: The file of refined captions to write or to continue.

    Raises:
        RefinerError: The refiner failed on a clip.
    """
    command = [sys.executable, '-IS', str(REFINER)]  # starts in half the time
    failed = refine_captions(captions, path, command, refiner=REFINER.name)
    if failed:
        clip, why = next(iter(failed.items()))
        raise RefinerError(f'{REFINER} on clip {clip}: {why}')
    return {clip: line.caption for clip, line in read_refined(path).items()}


def shuffled(texts: dict[str, str], seed: int) -> dict[str, str]:
    """The texts, shuffled so that no clip keeps its own, unless two are equal."""
    clips, said = list(texts), list(texts.values())
    order = np.random.default_rng(seed).permutation(len(clips))
    return {clips[i]: said[j] for i, j in zip(order, np.roll(order, 1), strict=True)}


def class_texts() -> OpenCLIPWords:
    """The descriptions of the classes and their words; contexts are left out."""
    return _encoder('synth')


def clip_words(texts: dict[str, str]) -> Tensor:
    """The feature of each clip's text, then those of its words, (N, 1 + L, D)."""
    return _encoder({clip: [text] for clip, text in texts.items()}).eval()().detach()


def _encoder(descriptions) -> OpenCLIPWords:
    encoder = OpenCLIPWords(
        *(SHIPPED[0], descriptions, SHIPPED[1]),
        **dict(context_init=None, num_context=0, learnable=False),
    )
    encoder.init_weights()
    return encoder
