"""PF-ViT: the expression apart from the person."""

from pathlib import Path

import numpy as np

from lab.pfvit.page import result_lines, result_pairs
from lab.pfvit.study import measure

from ..listing import Found, Report


def study(folder: Path, report: Report) -> Found:
    """Measures what is missing, and returns all results."""
    results = measure(folder, report=report)
    frame, face, itself, _, person, emotion, *_ = result_pairs(results)

    def read(what: str, part: str, arm: str = 'apart') -> str:
        return f'{100 * np.mean([r[f"{what}_{part}"] for r in results[arm]]):.0f} %'

    says = (
        f'The error of the redrawn face at rest is {frame.in_words("grey levels")} '
        f"than that of the clip's mean frame, {face.in_words('grey levels')} than that "
        f'of a mean face, and {itself.in_words("grey levels")} than that of the frame '
        'without changes. A linear probe reads the emotion from '
        f'{read("emotion", "expression")} of the expressions and '
        f'{read("emotion", "residue")} of the residues (chance 14 %), the person from '
        f'{read("person", "residue")} of the residues and '
        f'{read("person", "expression")} of the expressions (chance 6 %). Without the '
        'losses that keep the parts apart, the person from the expression is '
        f'{person.in_words()}, the emotion from the residue {emotion.in_words()}. With '
        'calm frames too, the emotion is read from '
        f'{read("emotion", "expression", "calm")} and '
        f'{read("emotion", "residue", "calm")}, the person from '
        f'{read("person", "residue", "calm")} of the residues and '
        f'{read("person", "expression", "calm")} of the expressions.'
    )
    return Found(result_lines(results), says)
