"""Tests runs that were trained at once, and writes the layout of a protocol."""

from pathlib import Path

import torch
from mmengine.evaluator import Evaluator
from mmengine.runner import Runner, save_checkpoint, weights_to_cpu

from tgdfer_mm.engine.plain_data import to_plain
from tgdfer_mm.evaluation import DumpPredictions
from tgdfer_mm.recipe.selection import describe_rule
from tgdfer_mm.version import __version__

from .member import Member


def folder_of(member: Member, root: str | Path) -> Path:
    """A run's folder, named as :class:`tgdfer_mm.protocol.Run` names it."""
    folder = Path(root, f'seed{member.seed}')
    return folder if member.fold is None else folder / f'fold{member.fold}'


@torch.no_grad()
def judge_member(member: Member, root: str | Path) -> dict[str, float]:
    """Tests a run's last epoch and writes ``predictions.jsonl``.

    Args:
        member: The run, trained.
        root: Folder of the whole protocol.

    Returns:
        The metrics.
    """
    loader = Runner.build_dataloader(member.cfg.test_dataloader, seed=member.seed)
    metrics = member.cfg.test_evaluator
    evaluator = Evaluator(list(metrics) if isinstance(metrics, list) else metrics)
    out = folder_of(member, root) / 'predictions.jsonl'
    evaluator.metrics.append(DumpPredictions(str(out)))
    selection = dict(
        rule='last', epoch=member.epochs, description=describe_rule('last')
    )
    evaluator.dataset_meta = dict(loader.dataset.metainfo, selection=selection)
    member.model.eval()
    for batch in loader:
        evaluator.process(member.model.test_step(batch), batch)
    return {k: float(v) for k, v in evaluator.evaluate(len(loader.dataset)).items()}


def save_member(member: Member, root: str | Path) -> Path:
    """Saves a run's model as a checkpoint of the config it would have had by itself."""
    path = folder_of(member, root) / f'epoch_{member.epochs}.pth'
    meta = dict(
        epoch=member.epochs,
        seed=member.seed,
        cfg=member.cfg.pretty_text,
        dataset_meta=member.clips.dataset.metainfo,
        tgdfer_mm=__version__,
    )
    state = weights_to_cpu(member.model.state_dict())
    # A slice would be saved together with its whole stack.
    state = {name: value.clone() for name, value in state.items()}
    checkpoint = dict(meta=to_plain(meta), state_dict=state)
    save_checkpoint(checkpoint, str(path), backend_args=dict(backend='atomic'))
    return path
