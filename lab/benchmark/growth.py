"""Growth of cost with size: each point runs in its own process and has its own peak
memory.
"""

import copy
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from mmengine.config import Config

from ..paths import ROOT
from . import steps
from .pairs import Results, forget_peak_memory, least_time, peak_memory, stopwatch

POINTS = {
    'frames': [dict(frames=n) for n in (8, 16, 32, 64, 128)],
    'classes': [dict(classes=n) for n in (7, 11, 20, 43)],
    'batch': [dict(batch=n) for n in (1, 2, 4, 8)],
    'clip length': [dict(length=n) for n in (16, 64, 256, 1024)],
    'video minutes': [dict(minutes=n) for n in (5, 30, 120)],
}
TEXT = 'brows lowered, lips pressed together, lids tight'


def growth_rows(
    results: Results,
    cfg: Config,
    folder: Path,
    device: str,
    curves: Sequence[str] = tuple(POINTS),
) -> None:
    """Measures time and peak memory along each curve.

    Args:
        results: File of the rows.
        cfg: The config.
        folder: Folder for a copy of the config, which the processes read.
        device: Device to measure on.
        curves: Names of curves in ``POINTS``.
    """
    config = str(folder.absolute() / 'config.py')
    cfg.dump(config)
    for curve in curves:
        points = []
        for point in POINTS[curve]:
            command = [
                sys.executable,
                '-m',
                __name__,
                config,
                device,
                json.dumps(point),
            ]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(f'{" ".join(command)}:\n{done.stderr[-2000:]}')
            points.append({**point, **json.loads(done.stdout.splitlines()[-1])})
        key = next(iter(POINTS[curve][0]))
        times = {
            name: exponent([p[key] for p in points], [p[name] for p in points])
            for name in points[0]
            if name.endswith('_s')
        }
        results.add(
            f'growth/{curve}',
            f'cost against {curve}; the exponents are 1 where it is linear',
            dict(points=points, exponents=times),
            config=Path(cfg.filename).name,
        )


def exponent(sizes: list[float], times: list[float]) -> float:
    """The slope of log time over log size, for the larger half of the points."""
    half = max(2, len(sizes) - len(sizes) // 2)
    slope, _ = np.polyfit(np.log(sizes[-half:]), np.log(times[-half:]), 1)
    return round(float(slope), 2)


def measure(cfg: Config, device: str, point: dict) -> dict:
    """One point of a curve."""
    if 'length' in point:
        return measure_loading(point['length'])
    if 'minutes' in point:
        return measure_video(point['minutes'], device)
    cfg = copy.deepcopy(cfg)
    frames, classes = point.get('frames', 16), point.get('classes')
    if classes:
        cfg.model.text_encoder.descriptions = {f'c{i}': [TEXT] for i in range(classes)}
        cfg.model.cls_head.num_classes = classes
    clips = point.get('batch', 1)
    model = steps.build_model(cfg, device)
    batch = steps.make_batch(model, clips, frames, cfg.image_size)
    forget_peak_memory(device)  # building needs more memory
    start = peak_memory(device)
    inference = least_time(steps.inference_step(model, batch), 3)
    between = peak_memory(device)
    train = steps.training_step(model, batch, cfg.optim_wrapper)
    training = least_time(train, 3)
    return dict(
        inference_s=inference,
        training_s=training,
        before_MB=round(start),
        inference_MB=round(between),
        training_MB=round(peak_memory(device)),
    )


def measure_loading(length: int) -> dict:
    """Loads 16 frames of clips of this length."""
    from .clips import make_tree
    from .data import on_one_core, own_dataset

    on_one_core()
    with tempfile.TemporaryDirectory() as folder:
        data = own_dataset(make_tree(Path(folder, 'clips'), clips=8, frames=length))
        forget_peak_memory()
        loading = least_time(lambda: [data[i] for i in range(8)], 9) / 8
    return dict(loading_s=loading, loading_MB=round(peak_memory()))


def measure_video(minutes: float, device: str, fps: int = 25, size: int = 96) -> dict:
    """Runs the demo's model on a video of this many minutes, filled by one face."""
    from tgdfer_mm.apis import DFERInferencer

    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, 'video.mp4'))
        code = cv2.VideoWriter_fourcc(*'mp4v')
        writer = cv2.VideoWriter(path, code, fps, (size, size))
        noise = rng.integers(0, 256, (50, size, size, 3), dtype=np.uint8)
        frames = [cv2.GaussianBlur(each, (0, 0), 6) for each in noise]
        for i in range(int(minutes * 60 * fps)):
            writer.write(frames[i % len(frames)])
        writer.release()
        inferencer = DFERInferencer(
            'demo', device=device, faces='none', show_progress=False
        )
        forget_peak_memory(device)
        start = peak_memory(device)
        took = stopwatch(lambda: inferencer(path))
    peak = peak_memory(device)
    return dict(video_s=took, before_MB=round(start), video_MB=round(peak))


def main() -> None:
    """Measures the point that the command line gives as JSON."""
    config, device, point = sys.argv[1:]
    print(json.dumps(measure(Config.fromfile(config), device, json.loads(point))))


if __name__ == '__main__':
    torch.manual_seed(0)
    main()
