"""All rows that need an accelerator, measured by one command."""

from pathlib import Path

import torch
from mmengine.config import Config

from . import steps
from .against import against_rows
from .frozen import many_rows
from .pairs import Results, compare
from .waiting import wait_rows


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
    """Measures everything that needs an accelerator.

    Args:
        results: File of the rows.
        b16: Config on ViT-B/16.
        b32: Config on ViT-B/32.
        folder: Folder for clips, weights and features.
        code: A checkout of DFER-CLIP; if absent, its row is left out.
        clips: Batch size.
        pairs: Number of pairs of each row.
        device: Device to measure on.
    """
    if code is not None:  # a fault of the checkout shows at once
        against_rows(results, b32, code, clips, pairs, device, bf16=True)
        torch.cuda.empty_cache()
    _tuning_row(results, b16, clips, pairs, device)
    torch.cuda.empty_cache()
    ways = ('augmented on the device', 'packed', 'resident')
    rows = wait_rows(results, b32, folder, clips, pairs, device, True, ways=ways)
    way, best = max(rows.items(), key=lambda item: item[1]['clips_per_s'])
    results.add(
        'accelerator/ViT-B-32 end to end',
        'seconds of a clip, loader included ÷ 1/600',
        dict(
            ratio=600 * best['ours_s'],
            ratio_95=[600 * seconds for seconds in best['ours_s_95']],
            ours_s=best['ours_s'],
            theirs_s=1 / 600,
            clips_per_s=best['clips_per_s'],
        ),
        1.0,
        'clip',
        clips=clips,
        loading=way,
    )
    torch.cuda.empty_cache()
    many_rows(results, b32, folder, pairs, device)


def _tuning_row(
    results: Results, cfg: Config, clips: int, pairs: int, device: str
) -> None:
    model = steps.build_model(cfg, device)
    batch = steps.make_batch(model, clips, cfg.num_frames, cfg.image_size)
    step = steps.training_step(model, batch, cfg.optim_wrapper)
    tune = steps.in_precision(step, device, bf16=True)
    work = steps.count_flops(tune)
    size = 8192
    a, b = (
        torch.randn(size, size, device=device, dtype=torch.bfloat16) for _ in range(2)
    )
    products = max(1, round(work / (2 * size**3)))

    def multiply() -> None:
        for _ in range(products):
            a @ b

    # Seconds for one operation of each.
    figures = compare(tune, multiply, pairs, 3, units=(work, products * 2.0 * size**3))
    figures.update(
        share_of_matrix_rate=1 / figures['ratio'],
        matrix_TFLOPS=1e-12 / figures['theirs_s'],
        clips_per_s=clips / (figures['ours_s'] * work),
    )
    results.add(
        'accelerator/ViT-B-16 tuning',
        'a floating-point operation of a bf16 training step ÷ of a matrix product',
        figures,
        1 / 0.45,
        'operation',
        clips=clips,
        config=Path(cfg.filename).name,
    )
