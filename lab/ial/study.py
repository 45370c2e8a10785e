"""Trainings of the small network on drawn people, for all arms and repeats."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from scipy import stats
from torch import Tensor

from lab.kept_result import kept_result
from tgdfer_mm.files import write_text
from tgdfer_mm.locks import held
from tgdfer_mm.models.backbones.gated_resnet import GlobalConvAttention

from .clips import CLASSES, MAP, Clips, draw
from .network import SmallIAL

REPEATS = 6
# Settings of the arms; each arm has one more part than the arm before it.
ARMS = {
    'plain': dict(gated=False, gate_weight=0.0, intensity_weight=0.0),
    'gated': dict(gated=True, gate_weight=0.0, intensity_weight=0.0),
    'rival': dict(gated=True, gate_weight=0.0, intensity_weight=0.1),
    'whole': dict(gated=True, gate_weight=0.05, intensity_weight=0.1),
}
Results = dict[str, list[dict]]  # of each arm, one for each repeat


@dataclass(frozen=True)
class Settings:
    """Sizes of the study.

    Attributes:
        train: People of the training clips, one clip of each class.
        test: People of the test clips.
        frames: Number T of frames.
        channels: See :class:`SmallIAL`.
        epochs: Epochs over the training clips.
        batch: Clips in a step.
        rate: The highest learning rate.
        strengths: Smallest and largest strength of an expression.
        weak: Test clips below this strength are the weak ones.
    """

    train: int = 50
    test: int = 40
    frames: int = 6
    channels: int = 48
    epochs: int = 8
    batch: int = 25
    rate: float = 1e-2
    strengths: tuple[float, float] = (0.25, 1.0)
    weak: float = 0.6


def measure(
    root: Path,
    repeats: int = REPEATS,
    report: Callable[[str], None] = print,
    settings: Settings | None = None,
    first: int = 0,
) -> Results:
    """Draws people, trains each arm on them, and returns the figures.

    Each repeat has other people; all arms of a repeat have the same clips and the same
    seed. Finished parts are kept: a second call continues.

    Args:
        root: Folder of the study.
        repeats: Number of repeats.
        report: Called with one line of text for each training.
        settings: The defaults, if not given.
        first: Seed of the first repeat.

    Returns:
        For each arm, one dict for each repeat, see :func:`figures`.

    Raises:
        OtherConfigError: The settings of a finished training have changed.
        BusyError: Another process is running this study.
    """
    root, settings = Path(root).absolute(), settings or Settings()
    root.mkdir(parents=True, exist_ok=True)
    results: Results = {arm: [] for arm in ARMS}
    with held(root / '.lock', f'the study in {root}'):
        for seed in range(first, first + repeats):
            drawn = None  # drawn when the first arm that is missing needs it
            for arm in ARMS:
                path = root / arm / f'seed{seed}.json'
                found = _finished(path, arm, settings)
                if found is None:
                    drawn = drawn or draw_people(seed, settings)
                    found = perform(arm, seed, *drawn, settings)
                    record = dict(config_sha256=_digest(arm, settings), figures=found)
                    path.parent.mkdir(exist_ok=True)
                    write_text(path, json.dumps(record, indent=1) + '\n')
                    report(f'{arm}, seed {seed}: weak {found["weak"]:.1f} % UAR')
                results[arm].append(found)
    return results


def draw_people(seed: int, s: Settings) -> tuple[Clips, Clips]:
    """The training and the test clips of a repeat."""
    people = range(s.train), range(s.train, s.train + s.test)
    train, test = (draw(seed, p, s.frames, s.strengths) for p in people)
    return train, test


def perform(arm: str, seed: int, train: Clips, test: Clips, s: Settings) -> dict:
    """Trains an arm from scratch, and returns its figures on the test clips."""
    torch.manual_seed(seed)
    net = SmallIAL(len(CLASSES), s.frames, MAP, s.channels, **ARMS[arm])
    steps = s.epochs * -(-len(train.label) // s.batch)
    optimizer = torch.optim.AdamW(net.parameters(), s.rate, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, s.rate, total_steps=steps)
    net.train()
    for _ in range(s.epochs):
        for own in torch.randperm(len(train.label)).split(s.batch):
            bag, _ = net.read(train.maps[own])
            losses = net.head.loss_of(net.head(bag), train.label[own], bag)
            optimizer.zero_grad()
            sum(v for name, v in losses.items() if name.startswith('loss')).backward()
            optimizer.step()
            schedule.step()
    return figures(net.eval(), test, s)


@torch.no_grad()
def figures(net: SmallIAL, test: Clips, s: Settings) -> dict:
    """UAR of all, weak and strong test clips in percent, and correlations of the gate.

    Returns:
        ``all``, ``weak``, ``strong``; clips of the neutral class, which have no
        strength, count in all three. With gates, ``follows`` is the mean rank
        correlation between a frame's mean weight in the last gate and its true
        intensity, over the clips that show an expression. ``others`` is the same with
        the intensity of the next such clip, since expressions lie at similar times in
        all clips.
    """
    said, weights = [], []
    for own in test.maps.split(s.batch):
        bag, gate = net.read(own)
        said.append(net.head(bag).logits.argmax(-1))
        weights.append(gate.mean(-1))
    right = (torch.cat(said) == test.label).float()
    weak = test.strength < s.weak
    neutral = test.label == CLASSES.index('neutral')
    parts = dict(all=torch.ones_like(weak), weak=weak | neutral, strong=~weak | neutral)
    found = {name: _uar(right, test.label, chosen) for name, chosen in parts.items()}
    level = torch.cat(weights)
    if any(isinstance(part, GlobalConvAttention) for part in net.modules()):
        curves, level = test.intensity[~neutral], level[~neutral]
        found['follows'] = _rank_correlation(level, curves)
        found['others'] = _rank_correlation(level, curves.roll(1, 0))
    return found


def _uar(right: Tensor, label: Tensor, chosen: Tensor) -> float:
    recalls = [right[chosen & (label == k)].mean() for k in label[chosen].unique()]
    return 100 * float(torch.stack(recalls).mean())


def _rank_correlation(levels: Tensor, curves: Tensor) -> float:
    """Mean of the clips' Spearman correlations over their frames.

    A clip whose frames all have one level counts as 0.
    """
    pairs = [(a, b) for a, b in zip(levels, curves, strict=True) if _varies(b)]
    each = [
        float(stats.spearmanr(a.numpy(), b.numpy()).statistic) if _varies(a) else 0.0
        for a, b in pairs
    ]
    return sum(each) / len(each)


def _varies(x: Tensor) -> bool:
    return bool(x.max() > x.min())  # rounding alone makes a deviation above 0


def _digest(arm: str, settings: Settings) -> str:
    text = json.dumps([ARMS[arm], asdict(settings)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _finished(path: Path, arm: str, settings: Settings) -> dict | None:
    advice = 'Delete it, or take another folder for the study.'
    record = kept_result(path, 'figures', _digest(arm, settings), advice)
    return None if record is None else record['figures']
