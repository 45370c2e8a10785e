"""Tables of the study's results, and the picture next to them."""

from pathlib import Path

import cv2
import numpy as np
import torch

from lab.markdown import spread_cell, table_lines
from lab.marked_place import write_between
from lab.pairs import Pair, compare, pair_lines
from projects.pfvit.drawn_clips import TOWER_SIZE
from projects.pfvit.separator import FaceSeparator

from .study import Drawn, Results

_PICTURES = {
    'redrawn': 'frame minus its expression, redrawn',
    'residue_alone': 'drawn from the residue alone',
    'frame_itself': 'the frame itself',
    'mean_frame': "the clip's mean frame",
    'least_expressive': "the clip's least expressive frame",
    'mean_face': 'one mean face',
}
_PARTS = ('expression', 'residue', 'instance')
_NAMES = {
    'apart': 'kept apart',
    'together': 'not kept apart',
    'calm': 'by calm frames, too',
}


def result_lines(results: Results) -> list[str]:
    """Three tables: errors of pictures, accuracy of probes, paired differences."""
    errors = [
        [text, *(_mean(results[arm], name) for arm in _NAMES)]
        for name, text in _PICTURES.items()
    ]
    shares = [
        [f'{what} from the {part}', *(_mean(results[arm], key, 100) for arm in _NAMES)]
        for what in ('emotion', 'person')
        for part in _PARTS
        for key in [f'{what}_{part}']
    ]
    names = list(_NAMES.values())
    return [
        *table_lines(['error against the true face at rest', *names], errors),
        '',
        *table_lines(['read by a linear probe, percent', *names], shares),
        '',
        *pair_lines(result_pairs(results), digits=2),
    ]


def write_tables(page: Path, results: Results) -> None:
    """Writes the tables into a page, between its marks.

    Raises:
        ValueError: The page has no marks.
    """
    write_between(page, 'pfvit', result_lines(results))


def result_pairs(results: Results) -> list[Pair]:
    """Differences paired over the repeats: errors in grey levels, leaks in points."""
    apart, together, calm = (results[arm] for arm in ('apart', 'together', 'calm'))
    rows = [
        (
            f'redrawn minus {_PICTURES[other]}, grey levels',
            [r['redrawn'] for r in apart],
            [r[other] for r in apart],
        )
        for other in ('mean_frame', 'mean_face', 'frame_itself', 'least_expressive')
    ]
    rows += [
        (
            f'{what} from the {part}, not kept apart minus kept apart, points',
            [100 * r[f'{what}_{part}'] for r in together],
            [100 * r[f'{what}_{part}'] for r in apart],
        )
        for what, part in (('person', 'expression'), ('emotion', 'residue'))
    ]
    rows += [
        (
            f'{what} from the {part}, by calm frames, too, minus without, points',
            [100 * r[f'{what}_{part}'] for r in calm],
            [100 * r[f'{what}_{part}'] for r in apart],
        )
        for what in ('person', 'emotion')
        for part in ('expression', 'residue')
    ]
    return compare(rows)


def _mean(repeats: list[dict], key: str, factor: float = 1.0) -> str:
    return spread_cell([factor * r[key] for r in repeats])


@torch.no_grad()
def draw_rows(model: FaceSeparator, drawn: Drawn, clips: int = 6) -> np.ndarray:
    """Frame, redrawn at rest, the difference, and the truth, one row for each clip.

    The difference of the small drawings is enlarged and subtracted from the frame.

    Args:
        model: A trained separator.
        drawn: Drawn clips; its test clips with an expression are used.
        clips: Number of rows.

    Returns:
        (rows, 4 columns of pictures, 3), uint8 RGB.
    """
    shown = drawn.test.expressive.any(1).nonzero()[0]
    rows = []
    for clip in shown[np.linspace(0, len(shown) - 1, clips).round().astype(int)]:
        frame = int(drawn.test.intensity[clip].argmax())
        whole, rest = model.draw(
            *model.parts(drawn.test_batch.instances[clip, frame][None])
        )
        added = (whole - rest)[0].permute(1, 2, 0).numpy() * 255
        added = cv2.resize(added, (TOWER_SIZE, TOWER_SIZE))
        seen = drawn.test.frames[clip, frame].astype(np.float32)
        cells = [seen, seen - added, 128 + added, drawn.test.at_rest[clip, frame]]
        rows.append(np.concatenate(cells, axis=1))
    sheet = np.clip(np.concatenate(rows), 0, 255).astype(np.uint8)
    return cv2.resize(sheet, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
