"""Trainings of a small tower with true landmarks, those of another clip, or none."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from lab.evidence.train import OtherConfigError
from tgdfer_mm.datasets.transforms import DrawLandmarks
from tgdfer_mm.files import read_json, write_text
from tgdfer_mm.models.backbones import LandmarkViT
from tgdfer_mm.synth.benchmark_clips import make_benchmark_clip
from tgdfer_mm.synth.levels import load_level

PLANES = ('none', 'true', 'shuffled')
PEOPLE = 40  # seeds of the training clips; the test clips have other ones


@dataclass(frozen=True)
class Sizes:
    """Sizes of the study.

    Attributes:
        train: Clips to train on.
        test: Clips of other people to test on.
        frames: Number of frames of each clip, the strongest ones, since this study is
            not about the choice of frames.
        size: Width and height of a picture, pixels.
        patch: Width and height of a token's patch, pixels.
        width: Channels of the tower.
        depth: Blocks of the tower.
        epochs: Epochs of the training.
        batch: Clips in a step.
    """

    train: int = 1050
    test: int = 350
    frames: int = 1
    size: int = 48
    patch: int = 8
    width: int = 64
    depth: int = 3
    epochs: int = 30
    batch: int = 30


def measure(
    path: Path,
    levels: tuple[str, str] = ('hard', 'hard'),
    repeats: int = 6,
    sizes: Sizes | None = None,
    report: Callable[[str], None] = print,
) -> dict[str, list[float]]:
    """Runs the trainings that a file of results lacks, and tests them.

    Each repeat has other clips and people; the three kinds of landmarks share them.

    Args:
        path: The file, ``.json``; written after each training.
        levels: Level of the training clips, and of the test clips.
        repeats: Number of repeats.
        sizes: Sizes of the study.
        report: Called with one line of text for each training.

    Returns:
        For each of ``PLANES`` the UAR of each repeat, percent.

    Raises:
        OtherConfigError: The file belongs to other levels or sizes.
    """
    sizes = sizes or Sizes()
    setting = dict(train=levels[0], test=levels[1], sizes=vars(sizes))
    known = {}
    if path.is_file():
        before = read_json(path, 'setting', 'uar')
        if before['setting'] != setting:
            raise OtherConfigError(
                f'{path} is of another setting: {before["setting"]}. Delete it, or '
                'take another file.'
            )
        known = before['uar']
    uar = {kind: known.get(kind, [])[:repeats] for kind in PLANES}
    for seed in range(repeats):
        missing = [kind for kind in PLANES if len(uar[kind]) <= seed]
        if not missing:
            continue
        train = draw(levels[0], sizes.train, 100 + seed, 0, sizes)
        test = draw(levels[1], sizes.test, 200 + seed, PEOPLE, sizes)
        for kind in missing:
            uar[kind].append(train_and_test(train, test, kind, seed, sizes))
            report(f'repeat {seed}, {kind}: UAR {uar[kind][-1]:.1f}')
            kept = dict(setting=setting, uar=uar)
            write_text(path, json.dumps(kept, indent=1) + '\n')
    return uar


def draw(level: str, number: int, seed: int, first: int, s: Sizes) -> tuple:
    """Clips of a level, classes in turn: (N, T, 4, H, W) in 0..1, and labels (N,).

    The frames of a clip are those with the strongest movement.

    Args:
        level: Name of the level.
        number: Number N of clips.
        seed: Seed of the clips.
        first: Number of the first person.
        s: Sizes of the study.
    """
    rules, plane = load_level(level), DrawLandmarks(radius=0.02)
    inputs, labels = [], []
    for i in range(number):
        label = i % len(rules.classes)
        clip = make_benchmark_clip(
            rules, seed, i, rules.classes[label], first + i % PEOPLE
        )
        inds = np.sort(np.argsort(-clip.intensity, kind='stable')[: s.frames])
        pictures = np.stack([clip.draw(k, s.size) for k in inds])
        drawn = plane(
            dict(
                clip=str(i),
                frame_inds=inds,
                imgs=pictures,
                landmarks=clip.landmarks(s.size),
            )
        )
        inputs.append(torch.from_numpy(drawn['imgs']).permute(0, 3, 1, 2).float() / 255)
        labels.append(label)
    return torch.stack(inputs), torch.tensor(labels)


def with_planes(inputs: Tensor, kind: str, seed: int) -> Tensor:
    """The same clips with the landmarks of a kind in ``PLANES``.

    Landmarks of other clips are shuffled so that no clip keeps its own.
    """
    if kind == 'true':
        return inputs
    changed = inputs.clone()
    if kind == 'none':
        changed[:, :, 3] = 0
        return changed
    order = np.random.default_rng(seed).permutation(len(inputs))
    changed[order, :, 3] = inputs[np.roll(order, 1), :, 3]
    return changed


def train_and_test(train: tuple, test: tuple, kind: str, seed: int, s: Sizes) -> float:
    """UAR in percent of a tower trained from scratch with a kind of landmarks."""
    torch.manual_seed(seed)
    net = torch.nn.ModuleDict(
        dict(
            tower=LandmarkViT(
                dict(
                    type='timm.vit_tiny_patch16_224',
                    img_size=s.size,
                    patch_size=s.patch,
                    embed_dim=s.width,
                    depth=s.depth,
                    num_heads=4,
                ),
                s.frames,
                dict(type='LandmarkPlane', patch=s.patch),
                heads=4,
                frozen=False,
            ),
            fc=torch.nn.Linear(s.width, int(train[1].max()) + 1),
        )
    )

    def judge(x: Tensor) -> Tensor:
        features = net['tower'](x.flatten(0, 1)).unflatten(0, (-1, s.frames))
        return net['fc'](features.mean(1))

    x, label = with_planes(train[0], kind, seed), train[1]
    steps = s.epochs * -(-len(x) // s.batch)
    optimizer = torch.optim.AdamW(net.parameters(), 1e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, total_steps=steps)
    net.train()
    for _ in range(s.epochs):
        for own in torch.randperm(len(x)).split(s.batch):
            optimizer.zero_grad()
            F.cross_entropy(judge(x[own]), label[own]).backward()
            optimizer.step()
            schedule.step()
    net.eval()
    with torch.no_grad():
        shown = with_planes(test[0], kind, seed + 1)
        found = torch.cat([judge(part).argmax(-1) for part in shown.split(s.batch)])
    right = (found == test[1]).float()
    return 100 * float(
        torch.stack([right[test[1] == k].mean() for k in test[1].unique()]).mean()
    )
