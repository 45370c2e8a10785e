"""One training of the experiment, and all measurements of its model."""

import json
import os
import time
from copy import deepcopy
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import RUNNERS
from mmengine.runner import Runner

from tgdfer_mm.environment import environment_kept
from tgdfer_mm.files import write_text
from tgdfer_mm.recipe import apply_recipe
from tgdfer_mm.recipe.perturbed_time import perturb_time
from tgdfer_mm.recipe.work_folder import note_work_folder
from tgdfer_mm.registry import MODELS
from tgdfer_mm.run_config.walk import data_sets
from tgdfer_mm.synth.tree import INTENSITIES

from ..parts.report_hook import PartsReportHook
from .digests import code_digest, config_digest
from .plan import EvidencePlan, Job

RESULT = 'result.json'


class OtherConfigError(RuntimeError):
    """A finished training belongs to another config."""


def run_job(job: Job, plan: EvidencePlan, root: Path, vlms: dict[str, str]) -> dict:
    """Trains and tests, unless there is a result.

    Args:
        job: The training.
        plan: Its plan.
        root: Folder of the whole experiment; the job's own is ``jobs/<job.name>``.
        vlms: Name -> weight file of the vision-language models.

    Returns:
        The content of ``result.json`` in the job's folder: ``metrics`` by test set
        (``plain``, the perturbations, ``other_style`` if the condition has one),
        ``seconds``, and the hashes of config and code.

    Raises:
        OtherConfigError: See :func:`finished_result`.
    """
    finished = finished_result(job, plan, root, vlms)
    if finished is not None:
        return finished
    began = time.perf_counter()
    cfg = job_config(job, plan, root, vlms)
    digest = config_digest(cfg, root)
    # The job's folder itself: a recipe would add a folder for the fold.
    note_work_folder(cfg, Path(cfg.work_dir), [f'fold{plan.fold(job.repeat)}'])
    tested = plan.sensitivity is None or job.config in plan.sensitivity
    other = other_style_config(cfg, job.condition, plan, root) if tested else None
    if is_frozen(cfg):
        for each in filter(None, (cfg, other)):
            each.recipe = dict(cache_features=str(root / 'features'))
            apply_recipe(each)
    runner = RUNNERS.build(cfg)
    runner.train()
    modes = plan.perturbations if tested else []
    tests = {mode: perturb_time(cfg, mode) for mode in modes}
    for each in tests.values():
        each.test_evaluator = [dict(type='DFERMetric')]  # the true frames have moved
    if other is not None:
        tests['other_style'] = other
    metrics = {'plain': _test(runner, cfg)}
    metrics |= {name: _test(runner, each, dump=False) for name, each in tests.items()}
    result = dict(
        config=job.config,
        condition=job.condition,
        repeat=job.repeat,
        metrics=metrics,
        seconds=round(time.perf_counter() - began, 1),
        config_sha256=digest,
        code_sha256=code_digest(runner.model),
    )
    path = root / 'jobs' / job.name / RESULT
    write_text(path, json.dumps(result, indent=2) + '\n')
    return result


def finished_result(
    job: Job, plan: EvidencePlan, root: Path, vlms: dict[str, str]
) -> dict | None:
    """The earlier result of a job; None if it has not finished.

    Raises:
        OtherConfigError: The job was trained with another config, or its result names
            none.
    """
    path = root / 'jobs' / job.name / RESULT
    if not path.is_file():
        return None
    result = json.loads(path.read_text(encoding='utf-8'))
    cfg = job_config(job, plan, root, vlms)
    if result.get('config_sha256') != config_digest(cfg, root):
        raise OtherConfigError(
            f'{path} does not say that it was trained with '
            f'{plan.config_file(job.config)} as it is now. Delete its folder to train '
            'it again, or take another folder for the experiment.'
        )
    return result


def job_config(
    job: Job, plan: EvidencePlan, root: Path, vlms: dict[str, str]
) -> Config:
    """The config of a job: a leaf under a condition."""
    condition = plan.conditions[job.condition]
    variables = dict(
        TGDFER_LEVEL=condition['level'],
        SYNTHDFER_ROOT=str(root / 'data'),
        TGDFER_FOLD=str(plan.fold(job.repeat)),
        TGDFER_VLM=vlms[condition.get('vlm', 'shipped')],
    )
    with environment_kept():
        os.environ.update(variables)
        cfg = Config.fromfile(plan.config_file(job.config))
    cfg.merge_from_dict({**condition.get('tower', {}), **(plan.overrides or {})})
    for data in _datasets(cfg):
        data.update(
            condition.get('data', {}),
            data_root=str(clips_folder(condition, root)),
            clips_per_class=plan.clips_per_class,
        )
    truth = str(truth_file(condition, root))
    cfg.val_evaluator = dict(type='DFERMetric')
    cfg.test_evaluator = [
        dict(type='DFERMetric'),
        *(
            dict(type='FrameRelevanceMetric', ann_file=truth, source=source)
            for source in frame_sources(cfg)
        ),
    ]
    cfg.work_dir = str(root / 'jobs' / job.name)
    cfg.experiment_name = job.name.replace('/', '_')
    cfg.randomness = dict(seed=job.repeat)
    # The parts report measures on validation batches, but no epoch is evaluated; what
    # is left of an interrupted job is trained again.
    cfg.train_cfg.val_interval = cfg.train_cfg.max_epochs + 1
    cfg.default_hooks.checkpoint = None
    cfg.default_hooks.parts = dict(type=PartsReportHook.__name__)
    for hook in ('selection', 'explain', 'confusion', 'log_pictures'):
        cfg.default_hooks.pop(hook, None)
    cfg.recipe = {}  # no epoch is chosen
    cfg.visualizer.vis_backends = []
    cfg.log_level = 'WARNING'
    return cfg


def is_frozen(cfg: Config) -> bool:
    """True if the tower's features can be cached; an expert is always frozen."""
    backbone = cfg.model.backbone
    return backbone.type == 'MiniXception' or backbone.get('frozen_stages') == 'all'


def clips_folder(facts: dict, root: Path, style: str | None = None) -> Path:
    """The folder of a condition's clips.

    Args:
        facts: Entry of the condition in the plan.
        root: Folder of the experiment.
        style: The style to draw them in, if not the usual one.
    """
    lengths = facts.get('data', {}).get('lengths')
    return root / 'data' / '_'.join(filter(None, (facts['level'], lengths, style)))


def truth_file(facts: dict, root: Path) -> Path:
    """The file with the true intensities of a condition's clips."""
    return clips_folder(facts, root) / INTENSITIES


def frame_sources(cfg: Config) -> tuple[str, ...]:
    """Sources of FrameRelevanceMetric that the model of a config gives.

    The weights of its pooling come first, if there are any.
    """
    head = MODELS.get(cfg.model.cls_head.type)
    weights = getattr(head, 'weights_field', None)
    return (weights, 'instance_scores') if weights else ()


def _datasets(cfg: Config) -> list[dict]:
    return [data_set.config for data_set in data_sets(cfg)]


def other_style_config(
    cfg: Config, condition: str, plan: EvidencePlan, root: Path
) -> Config | None:
    """The same people in the held-out style, if the condition has one.

    Args:
        cfg: Config of a job under this condition.
        condition: Key of the plan's conditions.
        plan: The plan.
        root: Folder of the experiment.
    """
    facts = plan.conditions[condition]
    style = facts.get('other_style')
    if style is None:
        return None
    other = deepcopy(cfg)
    folder = str(clips_folder(facts, root, style))
    for data in _datasets(other):
        data.update(style=style, data_root=folder)
    return other


def _test(runner: Runner, cfg: Config, dump: bool = True) -> dict[str, float]:
    """Tests the runner's model on the test data of a config."""
    evaluator = list(cfg.test_evaluator)
    if dump:
        out_file = str(Path(cfg.work_dir, 'predictions.jsonl'))
        evaluator.append(dict(type='DumpPredictions', out_file=out_file))
    loop = runner.build_test_loop(
        dict(type='TestLoop', dataloader=cfg.test_dataloader, evaluator=evaluator)
    )
    return {name: float(value) for name, value in loop.run().items()}
