"""Measures if MiRA's re-weighting moves attention to the truly expressive frames.

    python lab/moved_attention.py --out work_dirs/moved_attention    # resumable

One small ViT is trained on single drawn frames, another one on clips with only the
label of the clip. In the last block, the share of the attention on apex frames of test
clips is measured before and after the re-weighting.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from mmengine.registry import init_default_scope
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the checkout's own code

import tgdfer_mm  # noqa: F401  registers everything
from lab.evidence.differences import paired_p_value
from lab.evidence.quiet import hushed
from tgdfer_mm.files import read_json, write_text
from tgdfer_mm.models.layers import ExactReweighting, LightReweighting
from tgdfer_mm.registry import MODELS
from tgdfer_mm.synth.benchmark_clips import EXPRESSIONS, make_benchmark_clip
from tgdfer_mm.synth.levels import load_level

SIZE, FRAMES = 48, 16
TOWERS = {
    'pictures': dict(
        **dict(type='timm.vit_tiny_patch16_224', img_size=SIZE, patch_size=8),
        **dict(depth=3, embed_dim=64, num_heads=4, mlp_ratio=2),
    ),
    'clips': dict(
        **dict(type='VisionTransformer', img_size=SIZE, patch_size=8, embed_dims=64),
        **dict(depth=3, num_heads=4, mlp_ratio=2, num_frames=FRAMES, tubelet_size=1),
    ),
}
WAYS = {'exact': ExactReweighting, 'light': LightReweighting}
APEX = (
    0.5  # lowest intensity of an apex frame, as a share of the clip's strongest frame
)


class Effort(NamedTuple):
    """Sizes of the study.

    Attributes:
        train: Training clips of each expression.
        test: Test clips of each expression, of other people.
        steps: Training steps, of 64 frames or 4 clips each.
    """

    train: int = 24
    test: int = 12
    steps: int = 200


def measure(
    root: Path,
    repeats: int = 6,
    effort: Effort | None = None,
    report: Callable[[str], None] = print,
) -> dict[str, dict[str, float]]:
    """Runs missing trainings, and returns the figures.

    Args:
        root: Folder with one file of results for each repeat; existing files are kept.
        repeats: Number of repeats, each with other people, clips and trainings.
        effort: Sizes of each repeat.
        report: Called with one line of text for each repeat.

    Returns:
        ``<tower>, <untrained or trained>, <way>`` -> mean share on apex frames
        ``before`` and ``after`` and their ``gain``, in percent, the ``p`` of a paired
        t-test over the repeats (1 for a single one), and the share of apex ``frames``.
    """
    found = measure_each(root, repeats, effort, report)
    return {name: _summary(each) for name, each in found.items()}


def measure_each(
    root: Path, repeats: int, effort: Effort | None, report: Callable[[str], None]
) -> dict[str, list[list[float]]]:
    """Like :func:`measure`, with the values of each repeat.

    Returns:
        By the same names, for each repeat: the share before, the share after, and the
        share of the frames; from 0 to 1.
    """
    effort = effort or Effort()
    init_default_scope('mmaction')
    found = []
    for repeat in range(repeats):
        path = root / f'{repeat}_{"-".join(map(str, effort))}.json'
        if not path.is_file():
            report(f'attention on apex frames, repeat {repeat + 1} of {repeats}')
            write_text(path, json.dumps(_repeat(repeat, effort), indent=2))
        found.append(read_json(path))
    return {name: [each[name] for each in found] for name in found[0]}


def _repeat(seed: int, effort: Effort) -> dict[str, list[float]]:
    """Name as in :func:`measure` -> share before, share after, share of the frames."""
    train = _draw(seed, effort.train, people=range(0, 40))
    test = _draw(seed, effort.test, people=range(40, 60))
    found = {}
    for kind, config in TOWERS.items():
        torch.manual_seed(seed)
        host = MODELS.build(dict(type='Recognizer2D', backbone={**config}))
        tower = host.backbone
        if kind == 'clips':  # timm initializes its own
            tower.init_weights()
        for state in ('untrained', 'trained'):
            if state == 'trained':
                _train(tower.train(), kind, *train[:2], effort.steps)
            for way in WAYS:
                shares = _shares(tower, kind, way, test[0], test[2])
                found[f'{kind}, {state}, {way}'] = shares
    return found


def _draw(
    seed: int, count: int, people: Sequence[int]
) -> tuple[Tensor, Tensor, Tensor]:
    """Clips (C, T, 3, H, W), classes of the frames and whether they are apexes (C, T).

    Frames that are not apexes have the last class.
    """
    level, clips, classes, apex = load_level('easy'), [], [], []
    for label, emotion in enumerate(EXPRESSIONS):
        for i in range(count):
            number = 1000 * people[0] + len(EXPRESSIONS) * i + label
            person = people[i % len(people)]
            clip = make_benchmark_clip(level, seed, number, emotion, person)
            places = np.linspace(0, len(clip) - 1, FRAMES).round().astype(int)
            shown = clip.intensity[places] >= APEX * clip.intensity.max()
            clips.append(np.stack([clip.draw(int(at), SIZE) for at in places]))
            classes.append(np.where(shown, label, len(EXPRESSIONS)))
            apex.append(shown)
    pixels = torch.from_numpy(np.stack(clips)).permute(0, 1, 4, 2, 3).float()
    classes, apex = (torch.from_numpy(np.stack(x)) for x in (classes, apex))
    return pixels / 127.5 - 1, classes, apex


def _train(
    tower: nn.Module, kind: str, clips: Tensor, classes: Tensor, steps: int
) -> None:
    layer = nn.Linear(64, len(EXPRESSIONS) + 1)
    parameters = [*tower.parameters(), *layer.parameters()]
    adam = torch.optim.AdamW(parameters, lr=1e-3, weight_decay=0.05)
    rate = torch.optim.lr_scheduler.OneCycleLR(adam, 1e-3, total_steps=steps)
    if kind == 'clips':  # only from the clip's label, which is that of its apex frames
        inputs, labels, batch = clips.transpose(1, 2), classes.amin(1), 4
    else:
        inputs, labels, batch = clips.flatten(0, 1), classes.flatten(), 64
    for _ in range(steps):
        chosen = torch.randint(len(inputs), (batch,))
        loss = F.cross_entropy(layer(tower(inputs[chosen])), labels[chosen])
        adam.zero_grad()
        loss.backward()
        adam.step()
        rate.step()


@torch.no_grad()
def _shares(
    tower: nn.Module, kind: str, way: str, clips: Tensor, apex: Tensor
) -> list[float]:
    model = MODELS.build(
        dict(
            type='FrameReweighting',
            tower={**TOWERS[kind]},
            num_frames=FRAMES,
            input_format='NCTHW' if kind == 'clips' else 'NCHW',
        )
    )
    model.tower.load_state_dict(tower.state_dict())
    noted = _Noted(WAYS[way]())
    for hook in model.tower.blocks[-1].attn._forward_hooks.values():
        hook.reweighting = noted
    model.eval()
    for clip in clips:
        model(clip.transpose(0, 1)[None] if kind == 'clips' else clip)
    before, after = (torch.cat(x) for x in (noted.before, noted.after))
    on_apex = [(share * apex).sum(1).mean().item() for share in (before, after)]
    return [*on_apex, apex.float().mean().item()]


class _Noted(nn.Module):
    """A re-weighting that records the share of each frame before and after."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner
        self.before: list[Tensor] = []
        self.after: list[Tensor] = []

    def forward(self, query: Tensor, key: Tensor, value: Tensor, frames: int) -> Tensor:
        """See :class:`ExactReweighting`. Here the shares follow from the values of
        frames.
        """
        frame = torch.eye(frames).repeat_interleave(key.shape[2] // frames, 0)
        frame = frame.expand(*key.shape[:2], -1, -1)
        scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5
        before = scores.softmax(-1) @ frame
        self.before.append(before.mean((1, 2)))
        added = self.inner(query, key, frame, frames)
        self.after.append((before + added).mean((1, 2)))
        return self.inner(query, key, value, frames)


def _summary(each: list[list[float]]) -> dict[str, float]:
    before, after, frames = 100 * np.array(each).T
    p = paired_p_value(after, before)
    return dict(
        before=before.mean(), after=after.mean(), gain=(after - before).mean(), p=p
    ) | dict(frames=frames.mean())


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--out', type=Path, default=Path('work_dirs/moved_attention'))
    parser.add_argument('--repeats', type=int, default=6)
    args = parser.parse_args()
    print('| tower, way | apex frames | attention on them before | after | gain | p |')
    print('|---|---|---|---|---|---|')
    with hushed():
        found = measure(args.out, args.repeats, report=lambda line: None)
    for name, row in found.items():
        figures = ' | '.join(
            f'{row[key]:.2f}' for key in ('frames', 'before', 'after', 'gain')
        )
        print(f'| {name} | {figures} | {row["p"]:.2g} |')


if __name__ == '__main__':
    main()
