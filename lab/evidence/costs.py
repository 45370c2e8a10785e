"""Costs of the configs of a plan: parameters, multiply-adds, time of a step."""

import copy
import itertools
import json
import statistics
import time
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmengine.runner import Runner

from tgdfer_mm.features import train_on_features
from tgdfer_mm.files import write_text
from tgdfer_mm.registry import MODELS

from ..markdown import table_lines
from ..multiply_adds import multiply_adds_apart
from .digests import config_digest
from .plan import EvidencePlan, Job
from .train import is_frozen, job_config

STEPS = 20  # timed steps, after three that do not count
_NOTE = """\
*Trained* is the number of trained parameters, in thousands. The columns *after the
tower* and *tower* are multiply-adds of one clip in testing, in millions. The texts of
the classes are computed once and are not included. *Step* is a training step
with a batch of that many clips: milliseconds of processor time on one core,
the median of {steps} steps, on computed features if the tower is frozen. Two
measurements of one row differed by a third, so smaller differences mean nothing.
"""


def cost_section(plan: EvidencePlan, root: Path, vlms: dict[str, str]) -> list[str]:
    """The table of costs in Markdown, a row for each config of the plan.

    Earlier measurements are kept in ``costs/`` of the experiment.

    Args:
        plan: The plan. A config is measured under the first condition that it has.
        root: Folder of the experiment, which has the clips and their features.
        vlms: Name -> weight file of the vision-language models.
    """
    first: dict[str, Job] = {}
    for job in plan.jobs():
        first.setdefault(job.config, job)
    body = []
    for config, job in first.items():
        costs = _kept_costs(job, plan, root, vlms)
        body.append(
            [
                plan.names.get(config, f'`{config}`'),
                f'{costs["trained"] / 1e3:.0f}',
                f'{costs["after_tower"] / 1e6:.2f}',
                f'{costs["tower"] / 1e6:.0f}',
                str(costs['batch']),
                f'{costs["step_ms"]:.0f}',
            ]
        )
    return [
        '## Costs',
        '',
        _NOTE.format(steps=STEPS),  # the text ends with a line end
        *table_lines(
            ['row', 'trained', 'after the tower', 'tower', 'batch', 'step'], body
        ),
        '',
    ]


def measure_costs(cfg: Config, features: Path) -> dict:
    """Measures a config.

    Args:
        cfg: Of a job; is not changed.
        features: Folder of the features of frozen towers.

    Returns:
        ``trained`` (parameters), ``after_tower`` and ``tower`` (multiply-adds of one
        clip), ``batch`` (clips a step) and ``step_ms``.
    """
    init_default_scope(cfg.default_scope)
    model = MODELS.build(copy.deepcopy(cfg.model)).eval()
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    tower, rest = multiply_adds_apart(model, cfg.num_frames, cfg.image_size)
    return dict(
        trained=trained,
        tower=tower,
        after_tower=rest,
        batch=cfg.train_dataloader.batch_size,
        step_ms=round(1e3 * _step_seconds(cfg, features), 1),
    )


def _kept_costs(job: Job, plan: EvidencePlan, root: Path, vlms: dict[str, str]) -> dict:
    cfg = job_config(job, plan, root, vlms)
    path = root / 'costs' / job.condition / f'{job.config}.json'
    digest = config_digest(cfg, root)
    if path.is_file():
        kept = json.loads(path.read_text(encoding='utf-8'))
        if kept['config_sha256'] == digest:
            return kept
    costs = dict(measure_costs(cfg, root / 'features'), config_sha256=digest)
    write_text(path, json.dumps(costs, indent=2) + '\n')
    return costs


def _step_seconds(cfg: Config, features: Path) -> float:
    cfg = copy.deepcopy(cfg)
    cfg.train_dataloader.update(num_workers=0, persistent_workers=False)
    if is_frozen(cfg):
        cfg = train_on_features(cfg, features)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        model = MODELS.build(cfg.model).train()
        optim = build_optim_wrapper(model, cfg.optim_wrapper)
        loader = Runner.build_dataloader(cfg.train_dataloader, seed=0)
        batches = itertools.islice(itertools.cycle(loader), STEPS + 3)
        times = []
        for batch in batches:
            began = time.process_time()  # other programs do not count
            model.train_step(batch, optim)
            times.append(time.process_time() - began)
    finally:
        torch.set_num_threads(threads)
    return statistics.median(times[3:])
