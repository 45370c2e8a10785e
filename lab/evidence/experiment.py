"""Runs all trainings of a plan in several processes; a second call continues."""

import gc
import json
import subprocess
import sys
from collections.abc import Container
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import sklearn
import torch
from mmengine.logging import MMLogger
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from tgdfer_mm.features import train_on_features
from tgdfer_mm.files import write_text
from tgdfer_mm.locks import held

from ..paths import LAB
from .plan import EvidencePlan, Job
from .quiet import hush
from .train import (
    RESULT,
    OtherConfigError,
    finished_result,
    job_config,
    other_style_config,
    run_job,
)

SHIPPED_VLM = 'tgdfer_mm://synth_vlm.safetensors'


def run_experiment(plan: EvidencePlan, root: Path, workers: int) -> list[dict]:
    """Draws the clips, computes the features and runs all missing trainings.

    Args:
        plan: The plan to run.
        root: Folder of the experiment; finished results in it are kept.
        workers: Number of trainings at a time; each uses one thread.

    Returns:
        The result of every job, in the plan's order.

    Raises:
        OtherConfigError: Jobs were finished with other configs than they have now; all
            of them are named.
        BusyError: Another process is running this experiment.
    """
    with held(root / '.lock', f'the experiment in {root}'):
        return _run(plan, root, workers)


def _run(plan: EvidencePlan, root: Path, workers: int) -> list[dict]:
    jobs = list(plan.jobs())
    vlms = vlm_files(plan, root)
    missing = _missing(jobs, plan, root, vlms)
    needed = {job.condition for job in missing}
    make_vlms(plan, root, needed)
    _prepare(plan, root, vlms, needed)
    context = get_context('spawn')
    with (
        _progress() as progress,
        ProcessPoolExecutor(workers, context, initializer=_start_worker) as pool,
    ):
        task = progress.add_task('training', total=len(jobs))
        progress.advance(task, len(jobs) - len(missing))
        running = [pool.submit(run_job, job, plan, root, vlms) for job in missing]
        try:
            for done in as_completed(running):
                done.result()
                progress.advance(task)
        except BaseException:
            for future in running:
                future.cancel()
            raise
    return [read_result(root, job) for job in jobs]


def _missing(
    jobs: list[Job], plan: EvidencePlan, root: Path, vlms: dict[str, str]
) -> list[Job]:
    missing, refused = [], []
    for job in jobs:
        try:
            if finished_result(job, plan, root, vlms) is None:
                missing.append(job)
        except OtherConfigError as error:
            refused.append(str(error))
    if refused:
        raise OtherConfigError('\n'.join(refused))
    return missing


def read_result(root: Path, job: Job) -> dict:
    """The result of a job."""
    return json.loads((root / 'jobs' / job.name / RESULT).read_text(encoding='utf-8'))


def vlm_files(plan: EvidencePlan, root: Path) -> dict[str, str]:
    """Name -> weight file of each vision-language model, whether it is there or not."""
    own = {name: str(root / 'vlm' / f'{name}.safetensors') for name in plan.vlms}
    return {'shipped': SHIPPED_VLM, **own}


def make_vlms(plan: EvidencePlan, root: Path, conditions: Container[str]) -> None:
    """Pre-trains the missing vision-language models of some conditions.

    Raises:
        OtherConfigError: A model was pre-trained with other options than those of the
            plan.
    """
    files = vlm_files(plan, root)
    used = {
        c['vlm'] for n, c in plan.conditions.items() if n in conditions and 'vlm' in c
    }
    for name in sorted(used):
        path = Path(files[name])
        record = path.with_suffix('.options.json')
        if path.is_file() and record.is_file():
            if json.loads(record.read_text(encoding='utf-8')) != plan.vlms[name]:
                raise OtherConfigError(
                    f'{path} was pre-trained with other options than the plan has. '
                    'Delete it, or take another folder for the experiment.'
                )
        elif not path.is_file():
            print(f'Pre-training the {name} vision-language model: {path}')
            options = [f'--{k}={v}' for k, v in plan.vlms[name].items()]
            script = LAB / 'tools/pretrain_vlm.py'
            subprocess.run(
                [sys.executable, str(script), '--out', str(path), *options], check=True
            )
            write_text(record, json.dumps(plan.vlms[name]))


def _prepare(
    plan: EvidencePlan, root: Path, vlms: dict[str, str], conditions: set[str]
) -> None:
    """Draws clips and computes features first, so that several processes do not do it
    at once.
    """
    for condition in plan.conditions:
        if condition in conditions:
            print(f'Clips and features: {condition}')
            cfg = job_config(Job(plan.reference, condition, 0), plan, root, vlms)
            other = other_style_config(cfg, condition, plan, root)
            for each in (cfg, other):
                if each is not None:
                    train_on_features(each, root / 'features')


def write_summary(results: list[dict], path: Path) -> None:
    """Writes all results into one JSON file."""
    write_text(path, json.dumps(results, indent=1) + '\n')


def _start_worker() -> None:
    torch.set_num_threads(1)
    # A quarter of a training without these: checks of what the metrics hand over, and
    # looking for garbage among all that was imported, for each data set that is built.
    sklearn.set_config(assume_finite=True, skip_parameter_validation=True)
    gc.freeze()
    hush()
    MMLogger.get_instance('lab.evidence', log_level='WARNING')


def _progress() -> Progress:
    return Progress(
        '{task.description}', BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    )
