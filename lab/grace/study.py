"""GRACE's parts, trained and tested on drawn clips over several repeats."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from mmengine.registry import init_default_scope
from torch import Tensor

from lab.kept_result import kept_result
from tgdfer_mm.files import read_json, write_text
from tgdfer_mm.locks import held

from .clips import DrawnClips, draw_clips
from .texts import clip_words, refine, shuffled
from .tower import TowerOfPlaces, read_frames
from .training import Judge, recall, train
from .truth import truth_figures

REPEATS = 6
SETTINGS = Path(__file__).with_name('settings.json')
# The head of each training, and the texts of its clips.
ARMS = read_json(Path(__file__).with_name('arms.json'))

Results = dict[str, list[dict]]  # of each arm, one for each repeat


class Drawn(NamedTuple):
    """The clips of a repeat, their features, and the texts to train on."""

    train: DrawnClips
    test: DrawnClips
    train_features: Tensor
    test_features: Tensor
    texts: dict[str, dict[str, str]]


def measure(
    root: Path,
    repeats: int = REPEATS,
    report: Callable[[str], None] = print,
    changes: dict | None = None,
) -> Results:
    """Draws people and clips, trains each arm on them, and returns the figures.

    All arms of a repeat have the same clips and the same seed. What is finished is
    kept: a second call goes on.

    Args:
        root: Folder of the study.
        repeats: Number of repeats; repeat r has the seed ``settings()['seed'] + r``.
        report: Called with one line of text for each training.
        changes: Changes to the settings.

    Returns:
        For each arm and repeat, a dict: ``UAR`` in percent, and of arms with patches
        what :func:`lab.grace.truth.truth_figures` gives.

    Raises:
        OtherConfigError: The settings of a finished training have changed.
        BusyError: Another process is running this study.
    """
    root = Path(root).absolute()
    root.mkdir(parents=True, exist_ok=True)
    chosen = settings(changes)
    init_default_scope('mmaction')
    results: Results = {arm: [] for arm in ARMS}
    with held(root / '.lock', f'the study in {root}'):
        tower = TowerOfPlaces()
        for repeat in range(repeats):
            drawn = None  # drawn when the first arm that is missing needs it
            for arm in ARMS:
                path = root / arm / f'repeat{repeat}.json'
                found = _finished(path, chosen, arm)
                if found is None:
                    seed = chosen['seed'] + repeat
                    drawn = drawn or draw(tower, chosen, seed, root)
                    found = perform(arm, drawn, chosen, seed)
                    record = dict(config_sha256=digest(chosen, arm), figures=found)
                    path.parent.mkdir(exist_ok=True)
                    write_text(path, json.dumps(record, indent=1) + '\n')
                    report(f'{arm}, repeat {repeat}: UAR {found["UAR"]:.1f}')
                results[arm].append(found)
    return results


def settings(changes: dict | None = None) -> dict:
    """``settings.json``, with changes of whole fields."""
    return read_json(SETTINGS) | (changes or {})


def digest(chosen: dict, arm: str) -> str:
    """SHA-256 of the settings of an arm."""
    text = json.dumps([chosen, ARMS[arm]], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def draw(tower: TowerOfPlaces, chosen: dict, seed: int, root: Path) -> Drawn:
    """The clips of a repeat, read by the tower, and their texts, refined.

    Args:
        tower: The frozen tower.
        chosen: The settings.
        seed: Seed of people and clips.
        root: Folder; the refined texts are kept in ``refined/``.
    """
    parts = []
    for part, truth in (('train', False), ('test', True)):
        numbers, people = (range(*chosen[part][key]) for key in ('clips', 'people'))
        parts.append(
            draw_clips(chosen['level'], seed, numbers, people, chosen['frames'], truth)
        )
    own, other = parts
    refined = refine(own.captions, root / 'refined' / f'{seed}.jsonl')
    texts = dict(
        captions=own.captions, refined=refined, shuffled=shuffled(refined, seed)
    )
    return Drawn(own, other, *(read_frames(tower, x.frames) for x in parts), texts)


def perform(arm: str, drawn: Drawn, chosen: dict, seed: int) -> dict[str, float]:
    """Trains an arm on drawn clips, and returns its figures."""
    torch.manual_seed(seed)
    model = Judge(chosen['head'] | ARMS[arm]['head'])
    texts = ARMS[arm].get('texts')
    words = None if texts is None else clip_words(drawn.texts[texts])
    label, truth = (torch.from_numpy(x.label) for x in (drawn.train, drawn.test))
    if ARMS[arm].get('trained', True):
        train(model, drawn.train_features, label, words, **chosen['training'])
    figures = dict(UAR=recall(model, drawn.test_features, truth))
    if model.reads_patches:
        figures |= truth_figures(model, drawn.test_features, drawn.test)
    return figures


def _finished(path: Path, chosen: dict, arm: str) -> dict | None:
    advice = 'Delete it, or take another folder for the study.'
    record = kept_result(path, 'figures', digest(chosen, arm), advice)
    return None if record is None else record['figures']
