"""Single faces with their action units, for the pre-training of the small model."""

import numpy as np

from tgdfer_mm.synth.action_units import ACTION_UNITS, Units, blend_units, scale_units
from tgdfer_mm.synth.action_units import emotion_prototypes as _prototypes
from tgdfer_mm.synth.face import render_face
from tgdfer_mm.synth.identity import sample_identity
from tgdfer_mm.synth.nuisance import sample_nuisance

# Groups of units that a face can show at the same time; one choice of each group.
_GROUPS = (
    ((), ('AU1',), ('AU2',), ('AU4',), ('AU1', 'AU2'), ('AU1', 'AU4'),
     ('AU1', 'AU2', 'AU4')),
    ((), ('AU5',), ('AU6',), ('AU7',), ('AU6', 'AU7'), ('AU5', 'AU7')),
    ((), (), ('AU9',), ('AU10',), ('AU9', 'AU10')),
    ((), ('AU12',), ('AU15',), ('AU20',)),
    ((), (), ('AU17',), ('AU16',)),
    ((), (), ('AU23',), ('AU24',), ('AU23', 'AU24'), ('AU25',), ('AU25', 'AU26'),
     ('AU26',), ('AU27',), ('AU25', 'AU27')),
)  # fmt: skip


def sample_units(rng: np.random.Generator) -> Units:
    """Draws what a face shows.

    Most faces move as a whole, as faces in the clips do, by any intensity and with
    every unit varied; a quarter combine units at random, so that words are tied to
    movements and not to whole faces; the rest are at rest or almost.
    """
    kind = rng.random()
    if kind < 0.6:
        expressions = [v for name, v in _prototypes().items() if name != 'neutral']
        variants = expressions[rng.integers(len(expressions))]
        units = scale_units(variants[rng.integers(len(variants))], rng.uniform(0.3, 1))
        units = {n: v * rng.uniform(0.75, 1.2) for n, v in units.items()}
        units = scale_units(units, 1.0)
    elif kind < 0.85:
        units = {}
        for group in _GROUPS:
            for name in group[rng.integers(len(group))]:
                units[name] = rng.uniform(0.15, 1)
    else:
        chosen = rng.choice(ACTION_UNITS[:-1], 3, replace=False)
        units = {str(n): rng.uniform(0, 0.15) for n in chosen}
    if rng.random() < 0.05:
        units = blend_units(units, {'AU45': rng.uniform(0.6, 1)})
    return {name: float(value) for name, value in units.items()}


def sample_easy_units(rng: np.random.Generator) -> Units:
    """Draws a full expression as it stands in the prototypes, or a face at rest."""
    variants = [v for options in _prototypes().values() for v in options]
    units = variants[rng.integers(len(variants))]
    return scale_units(units, rng.uniform(0.7, 1))


def make_pair(
    seed: int,
    number: int,
    size: int,
    *,
    easy: bool = False,
    space: str = 'vlm',
    people: int = 2000,
) -> tuple[np.ndarray, Units]:
    """Draws one face and says which units it shows.

    Args:
        seed: Seed of the pictures.
        number: Number of the picture.
        size: Its width and height, pixels.
        easy: Whether to draw a full expression under mild conditions.
        space: Identity space, see :func:`sample_identity`.
        people: Number of different people in that space.

    Returns:
        Picture (size, size, 3) uint8 RGB, and its action units.
    """
    rng = np.random.default_rng([seed, number])
    identity = sample_identity(space, seed, int(rng.integers(people)))
    units = sample_easy_units(rng) if easy else sample_units(rng)
    strength = rng.uniform(0.1, 0.3) if easy else rng.uniform(0.2, 1.1)
    nuisance = sample_nuisance(rng, strength)
    return render_face(identity, units, nuisance, size), units
