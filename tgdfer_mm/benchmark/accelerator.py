"""The rows that need an accelerator, all of them in one command."""

import os
from pathlib import Path

import torch
from mmengine.config import Config

from . import steps
from .against import against_rows
from .frozen import many_rows
from .pairs import Results, compare, median_time, peak_memory
from .waiting import wait_rows


def matrix_rate(device: str, size: int = 8192, dtype=torch.bfloat16) -> float:
    """Floating-point operations a second of a large matrix product."""
    a, b = (torch.randn(size, size, device=device, dtype=dtype) for _ in range(2))
    return 2 * size**3 / median_time(lambda: a @ b, 30)


def accelerator_rows(
    results: Results,
    b16: Config,
    b32: Config,
    folder: Path,
    code: Path | None,
    clips: int,
    pairs: int,
    device: str,
) -> None:
    """Everything that is promised of an accelerator.

    Args:
        results: Where the rows go.
        b16: Config on ViT-B/16.
        b32: Config on ViT-B/32.
        folder: For clips, weights and features.
        code: A checkout of DFER-CLIP; without it that row is left out.
        clips: Batch size.
        pairs: Of each row.
        device: Where.
    """
    torch.set_float32_matmul_precision('high')
    rate = matrix_rate(device)
    _tuning_row(results, b16, clips, pairs, device, rate)
    _clear()
    workers = min(16, os.cpu_count() or 1)
    ways = ('augmented on the device', 'packed', 'resident')
    rows = wait_rows(
        results, b32, folder, clips, pairs, device, True, workers, ways=ways
    )
    best = max(rows.values(), key=lambda row: row['clips_per_s'])
    seconds = best['ours_s']
    results.add(
        'accelerator/ViT-B-32 end to end',
        'seconds of a clip, loader included ÷ 1/600',
        dict(
            ratio=600 * seconds,
            ratio_95=[600 * seconds * x / best['ratio'] for x in best['ratio_95']],
            ours_s=seconds,
            theirs_s=1 / 600,
            clips_per_s=best['clips_per_s'],
        ),
        1.0,
        clips=clips,
    )
    _clear()
    if code is not None:
        against_rows(results, b32, code, clips, pairs, device, bf16=True)
        _clear()
    many_rows(results, b32, folder, pairs, device)


def _tuning_row(
    results: Results, cfg: Config, clips: int, pairs: int, device: str, rate: float
) -> None:
    model = steps.build_model(cfg, device)
    batch = steps.make_batch(model, clips, cfg.num_frames, cfg.image_size)
    step = steps.training_step(model, batch, cfg.optim_wrapper)

    def tune() -> None:
        with torch.autocast(device, torch.bfloat16):
            step()

    work = steps.count_flops(tune)
    size = 8192
    a, b = (
        torch.randn(size, size, device=device, dtype=torch.bfloat16) for _ in range(2)
    )
    products = max(1, round(work / (2 * size**3)))

    def multiply() -> None:
        for _ in range(products):
            a @ b

    # Seconds an operation of each.
    figures = compare(tune, multiply, pairs, 3, units=(work, products * 2.0 * size**3))
    figures.update(
        share_of_matrix_rate=1 / figures['ratio'],
        matrix_TFLOPS=rate / 1e12,
        clips_per_s=clips / (figures['ours_s'] * work),
        peak_memory_MB=peak_memory(device),
    )
    results.add(
        'accelerator/ViT-B-16 tuning',
        'a floating-point operation of a bf16 training step ÷ of a matrix product',
        figures,
        1 / 0.45,
        clips=clips,
        config=Path(cfg.filename).name,
    )


def _clear() -> None:
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
