"""Measures what a config costs beside its bare image tower.

Each pair runs one step of the model and one of the bare tower, in turn, on the same
clips: training (forward, backward, optimizer) and inference (forward). Reported is the
median of the pairs' ratios with a bootstrap interval, since single steps on a shared
machine vary by a third. Weights are random: they change no cost.

    python tools/benchmark.py configs/tgdfer_dfew_vit-b32.py --batch 2
    python tools/benchmark.py configs/tgdfer_demo.py --data
"""

import argparse
import copy
import json
import platform
import resource
import time
from collections.abc import Callable

import numpy as np
import torch
from mmaction.structures import ActionDataSample
from mmengine.config import Config, DictAction
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from rich.console import Console
from rich.table import Table

from tgdfer_mm.registry import MODELS


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config')
    parser.add_argument('--batch', type=int, default=2, help='clips a step')
    parser.add_argument('--pairs', type=int, default=15, help='interleaved pairs')
    parser.add_argument('--warmup', type=int, default=2, help='pairs not counted')
    parser.add_argument(
        '--device', default='cuda' if torch.cuda.is_available() else 'cpu'
    )
    parser.add_argument('--bf16', action='store_true', help='autocast to bfloat16')
    parser.add_argument(
        '--data', action='store_true', help='also time the train loader (needs data)'
    )
    parser.add_argument('--out', help='write the figures as JSON')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, default={})
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    cfg = Config.fromfile(args.config)
    cfg.merge_from_dict(args.cfg_options)
    init_default_scope('mmaction')
    torch.manual_seed(0)
    if cfg.model.type != 'TextGuidedRecognizer':
        raise SystemExit(f'{args.config}: only TextGuidedRecognizer is measured')
    for part in ('backbone', 'text_encoder'):
        cfg.model[part].pretrained = None
    model = MODELS.build(cfg.model).to(args.device)
    batch = make_batch(model, cfg, args)

    report = {'config': args.config, **describe(model, cfg, args)}
    with torch.autocast(args.device, torch.bfloat16, enabled=args.bf16):
        training_step(model, tower_loss=False, batch=batch, cfg=cfg)()
        report['peak_memory_MB'] = peak_memory(args.device)  # before there is a tower
        tower = copy.deepcopy(model.backbone)
        report['training'] = compare(
            training_step(model, tower_loss=False, batch=batch, cfg=cfg),
            training_step(tower, tower_loss=True, batch=batch, cfg=cfg),
            args,
        )
        report['inference'] = compare(
            inference_step(model, batch), inference_step(tower, batch), args
        )
    if args.data:
        report['data'] = time_loader(cfg, report['training']['step_s'], args)
    show(report)
    if args.out:
        with open(args.out, 'w') as file:
            json.dump(report, file, indent=2)


def make_batch(model: torch.nn.Module, cfg: Config, args: argparse.Namespace) -> dict:
    """Random clips of the config's size, preprocessed once for all steps."""
    shape = (cfg.num_frames, 3, cfg.image_size, cfg.image_size)
    classes = model.cls_head.num_classes
    batch = {
        'inputs': [
            torch.randint(256, shape, dtype=torch.uint8) for _ in range(args.batch)
        ],
        'data_samples': [
            ActionDataSample(metainfo={'clip': str(i)}).set_gt_label(i % classes)
            for i in range(args.batch)
        ],
    }
    return model.data_preprocessor(batch, training=True)


def describe(model: torch.nn.Module, cfg: Config, args: argparse.Namespace) -> dict:
    text = model.text_encoder
    return {
        'machine': f'{platform.processor() or platform.machine()}, '
        f'{torch.get_num_threads()} threads'
        if args.device == 'cpu'
        else torch.cuda.get_device_name(),
        'torch': torch.__version__,
        'precision': 'bf16 autocast' if args.bf16 else 'fp32',
        'batch': args.batch,
        'frames': cfg.num_frames,
        'image_size': cfg.image_size,
        'classes': len(text.classes),
        'prompts': len(text._encoded),
        'prompt_tokens': text._length(text._encoded),
        'context_vectors': text.num_context,
    }


def training_step(
    module: torch.nn.Module, tower_loss: bool, batch: dict, cfg: Config
) -> Callable[[], None]:
    """Forward, backward and the config's optimizer on the module's parameters."""
    module.train()
    optimizer_cfg = copy.deepcopy(cfg.optim_wrapper)
    if tower_loss:  # the keys are of the whole model
        optimizer_cfg.pop('paramwise_cfg', None)
    optimizer = build_optim_wrapper(module, optimizer_cfg).optimizer

    def loss() -> torch.Tensor:
        if tower_loss:
            return module(batch['inputs'].flatten(0, 1)).float().square().mean()
        losses = module(**batch, mode='loss')
        return sum(value for name, value in losses.items() if 'loss' in name)

    def step() -> None:
        module.train()
        loss().backward()
        optimizer.step()
        optimizer.zero_grad()

    return step


def inference_step(module: torch.nn.Module, batch: dict) -> Callable[[], None]:
    whole = hasattr(module, 'cls_head')

    @torch.no_grad()
    def step() -> None:
        if module.training:  # only once: it makes the text tower forget its result
            module.eval()
        if whole:
            module(**batch, mode='predict')
        else:
            module(batch['inputs'].flatten(0, 1))

    return step


def compare(
    model: Callable[[], None], tower: Callable[[], None], args: argparse.Namespace
) -> dict:
    """Times both in turn."""
    times = []
    for i in range(args.warmup + args.pairs):
        # Which of the two goes first alternates, so that neither gains by it.
        order = (model, tower) if i % 2 else (tower, model)
        took = {step: stopwatch(step, args.device) for step in order}
        times.append((took[model], took[tower]))
    ours, bare = np.array(times[args.warmup :]).T
    ratio = ours / bare
    low, high = bootstrap(ratio)
    return {
        'pairs': args.pairs,
        'step_s': float(np.median(ours)),
        'tower_s': float(np.median(bare)),
        'clips_per_s': float(args.batch / np.median(ours)),
        'ratio': float(np.median(ratio)),
        'ratio_95': [low, high],
        'share_not_tower': float(1 - 1 / np.median(ratio)),
    }


def stopwatch(step: Callable[[], None], device: str) -> float:
    start = time.perf_counter()
    step()
    if device != 'cpu':
        torch.cuda.synchronize()
    return time.perf_counter() - start


def bootstrap(values: np.ndarray, draws: int = 10_000) -> tuple[float, float]:
    """95 % percentile interval of the median."""
    rng = np.random.default_rng(0)
    medians = np.median(rng.choice(values, (draws, len(values))), axis=1)
    low, high = np.percentile(medians, [2.5, 97.5])
    return float(low), float(high)


def peak_memory(device: str) -> float:
    if device == 'cpu':
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return torch.cuda.max_memory_allocated() / 2**20


def time_loader(cfg: Config, step_s: float, args: argparse.Namespace) -> dict:
    """Clips/s of the train loader alone, and how long a step waits for it."""
    loader_cfg = copy.deepcopy(cfg.train_dataloader)
    loader_cfg.batch_size = args.batch
    loader = Runner.build_dataloader(loader_cfg, seed=0)
    if len(loader) < 2:
        raise SystemExit(f'--data: {len(loader)} batch of data is too little to time')
    batches = iter(loader)
    next(batches)  # starts the workers
    clips, start = 0, time.perf_counter()
    for batch in batches:
        clips += len(batch['inputs'])
        if time.perf_counter() - start > 20:
            break
    rate = clips / (time.perf_counter() - start)
    wait = max(0.0, args.batch / rate - step_s)
    return {
        'workers': loader.num_workers,
        'loader_clips_per_s': rate,
        'wait_s': wait,
        'wait_share': wait / (wait + step_s),
    }


def show(report: dict) -> None:
    console = Console()
    for key in (
        *('config', 'machine', 'torch', 'precision', 'batch', 'frames', 'image_size'),
        *('classes', 'prompts', 'prompt_tokens', 'context_vectors'),
    ):
        console.print(f'{key:16} {report[key]}', highlight=False)
    table = Table('', 'step s', 'tower s', 'clips/s', 'ratio [95 %]', 'not tower')
    for name in ('training', 'inference'):
        row = report[name]
        low, high = row['ratio_95']
        table.add_row(
            name,
            f'{row["step_s"]:.3f}',
            f'{row["tower_s"]:.3f}',
            f'{row["clips_per_s"]:.2f}',
            f'{row["ratio"]:.3f} [{low:.3f}, {high:.3f}]',
            f'{row["share_not_tower"]:.1%}',
        )
    console.print(table)
    console.print(
        f'peak memory      {report["peak_memory_MB"]:.0f} MB', highlight=False
    )
    if 'data' in report:
        data = report['data']
        console.print(
            f'loader           {data["loader_clips_per_s"]:.1f} clips/s with '
            f'{data["workers"]} workers; a step waits {data["wait_s"]:.3f} s '
            f'({data["wait_share"]:.0%})',
            highlight=False,
        )


if __name__ == '__main__':
    main()
