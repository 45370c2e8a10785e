"""Compares models: the difference, its interval, and a test if it is noise."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from .contenders import Contender, check_pair

DRAWS = 10_000
CHUNK = 500  # draws at a time, to limit memory
LEVEL = 0.05


def compare(
    contenders: Sequence[Contender], draws: int = DRAWS, random_seed: int = 0
) -> dict:
    """Compares every model with the first one.

    Args:
        contenders: Two or more.
        draws: Number of bootstrap draws.
        random_seed: Seed of the draws.

    Returns:
        Plain data: `method` (in words), `models` and `comparisons`, each with `UAR` and
        `WAR` (numbers of both, `difference`, `interval`, `p`, `p_holm`, `verdict`),
        `sign_test` (the discordant clips), `remarks` and `words`.

    Raises:
        ValueError: There are fewer than two models, or two were not tested on the same
            task.
    """
    if len(contenders) < 2:
        raise ValueError('a comparison needs two models: give a second one')
    first, *others = contenders
    comparisons = [_pair(first, other, draws, random_seed) for other in others]
    for number in ('UAR', 'WAR'):
        adjusted = holm([c[number]['p'] for c in comparisons])
        for comparison, p in zip(comparisons, adjusted, strict=True):
            _judge(comparison, number, p)
    for comparison in comparisons:
        comparison['words'] = _words(comparison)
    return dict(
        method=_method(),
        models=[dict(name=c.name, seeds=c.seeds, selection=c.rule) for c in contenders],
        comparisons=comparisons,
    )


def _method() -> str:
    text = Path(__file__).with_name('method.txt').read_text(encoding='utf-8')
    return ' '.join(text.split()).format(draws=DRAWS)


def holm(values: Sequence[float]) -> list[float]:
    """Holm's correction of p values for several tests."""
    order = np.argsort(values, kind='stable')
    factors = np.arange(len(values), 0, -1)
    raised = np.maximum.accumulate(np.asarray(values, dtype=float)[order] * factors)
    adjusted = np.empty(len(values))
    adjusted[order] = np.minimum(raised, 1.0)
    return adjusted.tolist()


def _pair(first: Contender, second: Contender, draws: int, random_seed: int) -> dict:
    remarks = check_pair(first, second)
    truth = first.labels()
    clips = sorted(truth, key=lambda clip: (clip[0] or 0, clip[1]))
    labels = np.array([truth[clip] for clip in clips])
    right = [side.correct(clips) for side in (first, second)]
    rng = np.random.default_rng(random_seed)
    result = dict(
        first=first.name,
        second=second.name,
        num_clips=len(clips),
        num_seeds=[len(rows) for rows in right],
        remarks=remarks,
    )
    estimates = [_estimates(rows, labels) for rows in right]
    samples = bootstrap(right, labels, draws, rng)
    for number in ('UAR', 'WAR'):
        low, high = np.percentile(samples[number], [2.5, 97.5])
        ours, theirs = (estimate[number] for estimate in estimates)
        result[number] = dict(
            first=ours,
            second=theirs,
            difference=theirs - ours,
            interval=[float(low), float(high)],
        )
    from scipy.stats import binomtest  # slow to import

    gain = right[1].mean(0) - right[0].mean(0)
    wins, losses = int((gain > 0).sum()), int((gain < 0).sum())
    p = binomtest(wins, wins + losses).pvalue if wins + losses else 1.0
    result['WAR']['p'] = float(p)
    # Two-sided, and never 0: the estimate itself counts as a draw.
    tails = [(samples['UAR'] <= 0).sum(), (samples['UAR'] >= 0).sum()]
    result['UAR']['p'] = float(min(1.0, 2 * (min(tails) + 1) / (draws + 1)))
    result['sign_test'] = dict(second_better=wins, first_better=losses)
    return result


def _estimates(right: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    hits = right.mean(0)
    recalls = [hits[labels == c].mean() for c in np.unique(labels)]
    return dict(UAR=100 * float(np.mean(recalls)), WAR=100 * float(hits.mean()))


def bootstrap(
    right: Sequence[np.ndarray],
    labels: np.ndarray,
    draws: int,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Draws the differences of UAR and WAR.

    Clips with the same class and the same pattern of right and wrong predictions are
    exchangeable. So the draws are numbers of clips for each pattern, not single clips.

    Args:
        right: (S, n) bool for both sides, whether a seed is right on a clip.
        labels: (n,) classes.
        draws: Number of draws D.
        rng: Random generator.

    Returns:
        `UAR` and `WAR`, (D,) each, in points.
    """
    sides = list(_sides(right, draws, rng))
    signed = np.concatenate([sign * weights for sign, weights in sides], axis=1)
    patterns, counts = np.unique(
        np.concatenate([labels[:, None], np.concatenate(right).T], axis=1),
        axis=0,
        return_counts=True,
    )
    value = patterns[:, 1:].T.astype(float)  # (S1 + S2, cells)
    classes = np.unique(labels)
    war, uar = [], []
    for part in np.array_split(signed, -(-draws // CHUNK)):
        gain = part @ value  # (draws, cells): difference on a clip of the cell
        drawn = _draw(counts, len(part), rng)
        war.append((drawn * gain).sum(1) / len(labels))
        recalls = []
        for c in classes:
            own = patterns[:, 0] == c
            drawn = _draw(counts[own], len(part), rng)
            recalls.append((drawn * gain[:, own]).sum(1) / counts[own].sum())
        uar.append(np.mean(recalls, axis=0))
    return dict(UAR=100 * np.concatenate(uar), WAR=100 * np.concatenate(war))


def _draw(counts: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """(draws, cells): how often each cell occurs if all its clips are drawn again."""
    size = counts.sum()
    return rng.multinomial(size, counts / size, size=draws)


def _sides(
    right: Sequence[np.ndarray], draws: int, rng: np.random.Generator
) -> Iterator[tuple[float, np.ndarray]]:
    """For both sides the sign, and the weights of the seeds in each draw (D, S).

    With n draws from n seeds the spread would be too small by a factor of sqrt((n - 1)
    / n), for two seeds half of the variance. With n - 1 draws it is right.
    """
    for sign, rows in zip((-1.0, 1.0), right, strict=True):
        num = len(rows)
        if num == 1:
            yield sign, np.ones((draws, 1))
        else:
            taken = rng.multinomial(num - 1, np.full(num, 1 / num), size=draws)
            yield sign, taken / (num - 1)


def _judge(comparison: dict, number: str, p_holm: float) -> None:
    result = comparison[number]
    result['p_holm'] = p_holm
    low, high = result['interval']
    counts = (low > 0 or high < 0) and p_holm < LEVEL
    side = 'second' if result['difference'] > 0 else 'first'
    result['verdict'] = side if counts else 'noise'


def _words(comparison: dict) -> str:
    sentences = []
    for number in ('WAR', 'UAR'):
        result = comparison[number]
        low, high = result['interval']
        shown = f'{result["difference"]:+.2f} points, 95 % interval [{low:+.2f}, '
        shown += f'{high:+.2f}], p = {result["p_holm"]:.2g}'
        if result['verdict'] == 'noise':
            sentences.append(f'{number}: the difference is noise ({shown}).')
        else:
            better = comparison[result['verdict']]
            sentences.append(f'{number}: {better} is better ({shown}).')
    if min(comparison['num_seeds']) == 1:
        sentences.append(
            'A model of a single seed: the interval is about the choice of clips, not '
            'about training again, which alone moves published models by about a point.'
        )
    return ' '.join(sentences)
