"""Identities of drawn faces: the traits that no expression changes."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

Colour = tuple[int, int, int]

# Identities are numbered inside a space; two spaces never share a face. `vlm` is for
# pre-training, the others are for clips, so that no face of pre-training is in a test.
IDENTITY_SPACES = {'vlm': 101, 'vlm_heldout': 102, 'clips': 103}

_COLOURS = json.loads(
    Path(__file__).with_name('colours.json').read_text(encoding='utf-8')
)
_SKIN = np.array(_COLOURS['skin'], dtype=float)
_HAIR = np.array(_COLOURS['hair'], dtype=float)
_EYES = np.array(_COLOURS['eyes'])
HAIR_STYLES = ('short', 'fringe', 'long', 'bun', 'bald')


@dataclass(frozen=True)
class Identity:
    """The lasting traits of one drawn face.

    Lengths are in face units: the head is about two units high. Factors are
    relative to the average face.

    Attributes:
        head_width: Half the width of the head.
        jaw_taper: Share by which the head narrows towards the chin.
        skin: Colour of the skin.
        hair: Colour of hair, brows and beard.
        hair_style: One of ``HAIR_STYLES``.
        hairline: Vertical place of the hairline.
        eyes: Colour of the irises.
        eye_spacing: Factor of the distance between the eyes.
        eye_size: Factor of the eyes' size.
        brow_thickness: Factor of the brows' thickness.
        brow_height: Vertical shift of the brows.
        nose_length: Factor of the nose's length.
        nose_width: Factor of the nose's width.
        mouth_width: Factor of the mouth's width.
        lip_fullness: Factor of the lips' thickness.
        lips: Colour of the lips.
        glasses: Whether the person wears glasses.
        beard: Density of the beard, 0 for none.
        asymmetry: Difference of strength between the movements of the left and the
            right side.
    """

    head_width: float
    jaw_taper: float
    skin: Colour
    hair: Colour
    hair_style: str
    hairline: float
    eyes: Colour
    eye_spacing: float
    eye_size: float
    brow_thickness: float
    brow_height: float
    nose_length: float
    nose_width: float
    mouth_width: float
    lip_fullness: float
    lips: Colour
    glasses: bool
    beard: float
    asymmetry: float


def _colour(values: np.ndarray) -> Colour:
    r, g, b = (int(v) for v in np.clip(np.round(values), 0, 255))
    return r, g, b


def sample_identity(space: str, seed: int, number: int) -> Identity:
    """Draw the traits of one person; the same arguments give the same person.

    Args:
        space: A key of ``IDENTITY_SPACES``.
        seed: Seed of the data set.
        number: Number of the person in that space.

    Raises:
        ValueError: If the space is unknown.
    """
    if space not in IDENTITY_SPACES:
        raise ValueError(
            f'unknown identity space {space!r}; known: {", ".join(IDENTITY_SPACES)}'
        )
    rng = np.random.default_rng([IDENTITY_SPACES[space], seed, number])
    tone = rng.uniform(0, len(_SKIN) - 1)
    low = min(int(tone), len(_SKIN) - 2)
    skin = _SKIN[low] + (tone - low) * (_SKIN[low + 1] - _SKIN[low])
    skin = skin + rng.normal(0, 5, 3)
    hair = _HAIR[rng.integers(len(_HAIR))] * rng.uniform(0.8, 1.15)
    lips = skin * np.array([0.86, 0.58, 0.58]) + np.array([20, 0, 6])
    bearded = rng.random() < 0.22
    return Identity(
        head_width=rng.uniform(0.68, 0.82),
        jaw_taper=rng.uniform(0.12, 0.36),
        skin=_colour(skin),
        hair=_colour(hair),
        hair_style=HAIR_STYLES[
            rng.choice(len(HAIR_STYLES), p=[0.32, 0.2, 0.28, 0.12, 0.08])
        ],
        hairline=rng.uniform(-0.78, -0.66),
        eyes=_colour(_EYES[rng.integers(len(_EYES))] * rng.uniform(0.8, 1.2)),
        eye_spacing=rng.uniform(0.9, 1.1),
        eye_size=rng.uniform(0.88, 1.15),
        brow_thickness=rng.uniform(0.7, 1.4),
        brow_height=rng.uniform(-0.035, 0.035),
        nose_length=rng.uniform(0.85, 1.15),
        nose_width=rng.uniform(0.85, 1.2),
        mouth_width=rng.uniform(0.88, 1.12),
        lip_fullness=rng.uniform(0.75, 1.3),
        lips=_colour(lips + rng.normal(0, 6, 3)),
        glasses=bool(rng.random() < 0.18),
        beard=float(rng.uniform(0.25, 0.7)) if bearded else 0.0,
        asymmetry=rng.uniform(-0.12, 0.12),
    )
